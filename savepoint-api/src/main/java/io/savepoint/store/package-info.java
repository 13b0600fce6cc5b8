/** A store of cluster state that lives in memory. */
@NullMarked
package io.savepoint.store;

import org.jspecify.annotations.NullMarked;
