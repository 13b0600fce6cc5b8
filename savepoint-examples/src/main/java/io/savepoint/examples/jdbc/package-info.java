/** A store in a relational database: for control planes that have one anyway, and as a model for stores of your own. */
@NullMarked
package io.savepoint.examples.jdbc;

import org.jspecify.annotations.NullMarked;
