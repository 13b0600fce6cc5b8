package io.savepoint.examples.operator;

import io.savepoint.SavepointListener;
import io.savepoint.model.SavepointEvent;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One line of log for everything that happens, with what a search would be for. Safe for use by any number of threads. */
final class EventLog implements SavepointListener {
    private static final Logger LOG = LoggerFactory.getLogger("io.savepoint.operator");
    /** What somebody should look at. */
    private static final Set<SavepointEvent.Type> TROUBLE = EnumSet.of(
            SavepointEvent.Type.SAVEPOINT_FAILED,
            SavepointEvent.Type.CONTROL_FAILED,
            SavepointEvent.Type.JOB_SUBMISSION_FAILED,
            SavepointEvent.Type.JOB_FAILED,
            SavepointEvent.Type.JOB_LOST,
            SavepointEvent.Type.REQUEST_REFUSED,
            SavepointEvent.Type.SPEC_INVALID);

    /** The manager logs them itself. */
    private static final Set<SavepointEvent.Type> LOGGED_ALREADY =
            EnumSet.of(SavepointEvent.Type.FLINK_UNREACHABLE, SavepointEvent.Type.FLINK_REACHABLE);

    @Override
    public void onEvent(SavepointEvent event) {
        if (LOGGED_ALREADY.contains(event.type())) {
            return;
        }
        LoggingEventBuilder line = TROUBLE.contains(event.type()) ? LOG.atWarn() : LOG.atInfo();
        line = line.addKeyValue("cluster", event.cluster()).addKeyValue("event", event.type());
        if (event.jobId().isPresent()) {
            line = line.addKeyValue("job", event.jobId().get());
        }
        if (event.triggerId().isPresent()) {
            line = line.addKeyValue("trigger", event.triggerId().get());
        }
        if (event.duration().isPresent()) {
            line = line.addKeyValue("millis", event.duration().get().toMillis());
        }
        // Flink's reasons may have several lines.
        line.log(event.message().replaceAll("\\s*\\R\\s*", " "));
    }
}
