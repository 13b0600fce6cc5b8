package io.savepoint.flink.rest;

import io.savepoint.model.TriggerId;
import java.time.Duration;

/**
 * A savepoint that Flink completed.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param location where it lies, as Flink spells it; a job can be started from it
 * @param trigger the id of the operation
 * @param duration the time from the call until it was seen completed
 */
public record TakenSavepoint(String location, TriggerId trigger, Duration duration) {}
