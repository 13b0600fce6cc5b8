/**
 * Savepoints of {@code FlinkCluster} resources: the store, events, endpoints and leader election, over a
 * {@code KubernetesClient} of fabric8's.
 */
@NullMarked
package io.savepoint.k8s;

import org.jspecify.annotations.NullMarked;
