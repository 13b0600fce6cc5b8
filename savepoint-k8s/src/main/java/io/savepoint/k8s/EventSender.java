package io.savepoint.k8s;

import static io.savepoint.k8s.ApiServer.CONFLICT;
import static io.savepoint.k8s.ApiServer.NOT_FOUND;

import io.savepoint.k8s.ApiServer.Answer;
import io.savepoint.k8s.ApiServer.PatchType;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Events to the API server, each call as it is by then. Safe for use by any number of threads. */
final class EventSender {
    private static final Logger LOG = LoggerFactory.getLogger(EventSender.class);
    /** A patch finds that it has expired, the post that it is there after all, of one whose answer was late; and a patch. */
    private static final int MOST_REQUESTS = 3;

    private final ApiServer api;
    private final String component;
    private final EventLosses losses;

    EventSender(ApiServer api, String component, EventLosses losses) {
        this.api = api;
        this.component = component;
        this.losses = losses;
    }

    /** Completes when it is written or lost; never exceptionally. */
    CompletableFuture<Void> send(EventTally tally) {
        CompletableFuture<Answer> answered;
        try {
            answered = request(tally, MOST_REQUESTS);
        } catch (RuntimeException | Error e) { // whatever it is, the other Events are to be written
            answered = CompletableFuture.failedFuture(e);
        }
        return answered.handle((answer, thrown) -> {
            if (thrown != null) {
                losses.lost(tally, api.failure("write " + tally, thrown));
            } else if (answer.isOk()) {
                losses.written(tally);
            } else if (answer.code() == NOT_FOUND) {
                // There is no such namespace any more, and hence no such cluster.
                LOG.debug("{} is of a cluster that is gone", tally);
            } else {
                losses.refused(tally, answer, api.failure(answer));
            }
            return null;
        });
    }

    private CompletableFuture<Answer> request(EventTally tally, int requestsLeft) {
        boolean isPatch = tally.isStored();
        String what = "write " + tally;
        String path = "/api/v1/namespaces/" + ApiServer.encode(tally.namespace()) + "/events";
        CompletableFuture<Answer> answered = isPatch
                ? api.patch(what, path + "/" + ApiServer.encode(tally.name()), PatchType.MERGE, tally.toPatch())
                : api.post(what, path, tally.toEvent(component));
        return answered.thenCompose(answer -> {
            // Events expire; and one may be there although its answer was lost.
            boolean isOtherwise = answer.code() == (isPatch ? NOT_FOUND : CONFLICT);
            if (answer.isOk()) {
                tally.stored(true);
            } else if (isOtherwise) {
                tally.stored(!isPatch);
            }
            return isOtherwise && requestsLeft > 1
                    ? request(tally, requestsLeft - 1)
                    : CompletableFuture.completedFuture(answer);
        });
    }
}
