/** Policies: pure functions that decide from spec, status and observation what shall be done now. */
@NullMarked
package io.savepoint.policy;

import org.jspecify.annotations.NullMarked;
