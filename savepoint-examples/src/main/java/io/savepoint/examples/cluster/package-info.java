/** A real Flink cluster on this machine, and the controls of the counter job, for the walkthrough and integration tests. */
@NullMarked
package io.savepoint.examples.cluster;

import org.jspecify.annotations.NullMarked;
