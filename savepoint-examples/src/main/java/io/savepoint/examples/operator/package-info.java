/** The reference operator: the SDK on Kubernetes as a program of its own, to run or to start from. */
@NullMarked
package io.savepoint.examples.operator;

import org.jspecify.annotations.NullMarked;
