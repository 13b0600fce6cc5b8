/**
 * What the SDK costs, measured and checked: {@code mvn -q -Pbenchmarks verify}, or {@code -Dbenchmark=} with the name of one
 * program. Each prints a table of ratios and counts, which are in {@code docs/performance.md}.
 */
@NullMarked
package io.savepoint.benchmarks;

import org.jspecify.annotations.NullMarked;
