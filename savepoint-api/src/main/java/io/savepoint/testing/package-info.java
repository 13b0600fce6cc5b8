/** What embedders need in their own tests: a manual clock, a fake Flink, and contracts that stores and transports are checked against. */
@NullMarked
package io.savepoint.testing;

import org.jspecify.annotations.NullMarked;
