/** The walkthrough: everything the SDK does, once, on a real Flink. */
@NullMarked
package io.savepoint.examples.walkthrough;

import org.jspecify.annotations.NullMarked;
