/** The savepoint manager, its builder, its listeners and its exceptions: the entry point of the SDK. */
@NullMarked
package io.savepoint;

import org.jspecify.annotations.NullMarked;
