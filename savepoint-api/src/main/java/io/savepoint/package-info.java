/** The entry to the SDK: the manager, its builder, listeners and exceptions. */
@NullMarked
package io.savepoint;

import org.jspecify.annotations.NullMarked;
