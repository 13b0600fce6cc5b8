/** What embedders need in their own tests: a manual clock, a fake Flink and contract tests. */
@NullMarked
package io.savepoint.testing;

import org.jspecify.annotations.NullMarked;
