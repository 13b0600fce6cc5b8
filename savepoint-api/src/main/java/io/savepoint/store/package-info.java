/** Stores, and the documents that every store shares: specs and statuses as plain maps. */
@NullMarked
package io.savepoint.store;

import org.jspecify.annotations.NullMarked;
