/** The Flink job that examples and tests run: it counts, and can be told to fail or to take its time over a snapshot. */
package io.savepoint.examples.job;
