/** The engine; not part of the API, and free to change in any release. */
@NullMarked
package io.savepoint.internal;

import org.jspecify.annotations.NullMarked;
