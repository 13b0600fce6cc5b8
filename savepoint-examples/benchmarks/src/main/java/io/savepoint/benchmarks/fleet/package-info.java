/** What it costs to look after a fleet of jobs. */
@NullMarked
package io.savepoint.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
