/** What single parts of the SDK cost, by JMH. */
@NullMarked
package io.savepoint.benchmarks.parts;

import org.jspecify.annotations.NullMarked;
