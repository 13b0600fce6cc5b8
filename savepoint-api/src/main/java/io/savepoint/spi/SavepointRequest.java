package io.savepoint.spi;

import io.savepoint.model.JobId;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.TriggerId;
import java.util.Optional;

/**
 * One savepoint to be asked of Flink.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param job the job
 * @param trigger the id it shall have
 * @param targetDirectory where it shall go, as Flink sees it; empty takes Flink's configured default, without which
 *     Flink refuses
 * @param format the binary format; Flink before 1.15 knows only {@link SavepointFormat#CANONICAL}
 */
public record SavepointRequest(
        JobId job, TriggerId trigger, Optional<String> targetDirectory, SavepointFormat format) {}
