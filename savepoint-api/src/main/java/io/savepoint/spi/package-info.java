/** The interfaces through which the engine reaches Flink and the place where cluster state is recorded. */
@NullMarked
package io.savepoint.spi;

import org.jspecify.annotations.NullMarked;
