/** What a host plugs in: the way to Flink, the store, the launcher, the clock. */
@NullMarked
package io.savepoint.spi;

import org.jspecify.annotations.NullMarked;
