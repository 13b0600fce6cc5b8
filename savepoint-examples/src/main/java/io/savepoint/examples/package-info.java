/** Runnable examples, one main class for each way of using the SDK. */
@NullMarked
package io.savepoint.examples;

import org.jspecify.annotations.NullMarked;
