/** The words of the {@code FlinkCluster} contract as immutable values: specs, statuses, observations, events. */
@NullMarked
package io.savepoint.model;

import org.jspecify.annotations.NullMarked;
