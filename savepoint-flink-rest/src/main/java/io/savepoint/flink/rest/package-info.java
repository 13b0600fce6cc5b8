/** The transport that talks to Flink over its REST API. */
@NullMarked
package io.savepoint.flink.rest;

import org.jspecify.annotations.NullMarked;
