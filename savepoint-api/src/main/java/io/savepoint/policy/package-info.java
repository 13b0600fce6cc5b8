/** Policies as pure functions: from specification, status, observation and time to one decision. */
@NullMarked
package io.savepoint.policy;

import org.jspecify.annotations.NullMarked;
