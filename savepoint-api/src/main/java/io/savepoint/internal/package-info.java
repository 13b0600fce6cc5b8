/** The engine: loads, observes, decides, records, acts. Nobody else's business; it may change at any time. */
@NullMarked
package io.savepoint.internal;

import org.jspecify.annotations.NullMarked;
