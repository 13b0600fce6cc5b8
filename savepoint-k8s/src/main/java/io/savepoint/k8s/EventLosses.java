package io.savepoint.k8s;

import io.savepoint.k8s.ApiServer.Answer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Tells of Events that could not be written, once for each time of trouble: with the API server, or in a namespace where
 * a Role is missing, for instance. Safe for use by any number of threads.
 */
final class EventLosses {
    /** No namespace has this name. */
    private static final String EVERYWHERE = "";

    private final Logger log;
    /** How many were lost since the trouble began, by where it is. */
    private final Map<String, Integer> lost = new ConcurrentHashMap<>();

    EventLosses(Logger log) {
        this.log = log;
    }

    /** The API server could not be asked, or there was no room to wait for it. */
    void lost(EventTally tally, Throwable why) {
        tell(EVERYWHERE, tally, why);
    }

    /** The API server refused. */
    void refused(EventTally tally, Answer answer, Throwable why) {
        boolean everywhere = answer.code() == 401 || answer.code() == 429 || answer.code() / 100 != 4;
        if (!everywhere) {
            end(EVERYWHERE);
        }
        tell(everywhere ? EVERYWHERE : tally.namespace(), tally, why);
    }

    void written(EventTally tally) {
        end(EVERYWHERE);
        end(tally.namespace());
    }

    private void tell(String where, EventTally tally, Throwable why) {
        boolean isFirst = lost.merge(where, 1, Integer::sum) == 1;
        if (isFirst) {
            log.warn(
                    "{} is lost: {}: {}; those lost from now on are not logged{}, until one can be written",
                    tally,
                    tally.message(),
                    why.getMessage(),
                    where.equals(EVERYWHERE) ? "" : " for namespace " + where);
        } else {
            log.debug("{} is lost: {}: {}", tally, tally.message(), why.getMessage());
        }
    }

    private void end(String where) {
        @Nullable Integer count = lost.remove(where);
        if (count != null) {
            log.info(
                    "Events can be written again{}; lost: {}",
                    where.equals(EVERYWHERE) ? "" : " in namespace " + where,
                    count);
        }
    }
}
