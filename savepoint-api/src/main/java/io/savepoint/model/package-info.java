/** Immutable values: the identity, the specification and the recorded status of a cluster and its job. */
@NullMarked
package io.savepoint.model;

import org.jspecify.annotations.NullMarked;
