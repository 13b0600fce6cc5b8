/**
 * The {@code FlinkCluster} resource, {@code flinkoperator.k8s.io/v1beta1}, as Java objects: for code that makes or reads
 * such resources, and what the CRD is generated from. The store does not use them: a resource that somebody edited into
 * a shape that they cannot hold must not keep it from reading the others.
 */
@NullMarked
package io.savepoint.k8s.model;

import org.jspecify.annotations.NullMarked;
