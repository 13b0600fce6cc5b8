package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.savepoint.k8s.ApiServer.Answer;
import io.savepoint.model.SavepointEvent.Type;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class EventLossesTest {
    private static final Throwable DOWN = new IOException("connection refused");
    private static final Throwable FORBIDDEN = new IllegalStateException("forbidden");

    private final RecordingLogger log = new RecordingLogger();
    private final EventLosses losses = new EventLosses(log);

    @Test
    void warns_once_for_each_outage() {
        losses.lost(tally("a"), DOWN);
        losses.lost(tally("b"), DOWN);
        losses.refused(tally("c"), answer(500), DOWN);
        losses.refused(tally("c"), answer(401), DOWN);
        assertThat(log.at(Level.WARN))
                .singleElement()
                .asString()
                .contains("JobFailed of a/orders", "out of slots", "connection refused");
        assertThat(log.at(Level.DEBUG)).hasSize(3);

        losses.written(tally("a"));
        losses.written(tally("b"));
        assertThat(log.at(Level.INFO)).singleElement().asString().contains("lost: 4");

        losses.lost(tally("a"), DOWN);
        assertThat(log.at(Level.WARN)).hasSize(2);
    }

    @Test
    void warns_once_for_each_namespace_that_refuses_whatever_is_written_elsewhere() {
        for (int i = 0; i < 10; i++) {
            losses.refused(tally("a"), answer(403), FORBIDDEN);
            losses.written(tally("b"));
        }
        assertThat(log.at(Level.WARN)).singleElement().asString().contains("forbidden", "for namespace a");

        losses.refused(tally("c"), answer(403), FORBIDDEN);
        assertThat(log.at(Level.WARN)).hasSize(2);
    }

    @Test
    void takes_a_refusal_for_the_end_of_an_outage() {
        losses.refused(tally("a"), answer(403), FORBIDDEN);
        losses.lost(tally("a"), DOWN);
        losses.refused(tally("a"), answer(403), FORBIDDEN);
        losses.lost(tally("a"), DOWN);

        assertThat(log.at(Level.WARN)).hasSize(3);
    }

    private static Answer answer(int code) {
        return new Answer("write", code, "");
    }

    private static EventTally tally(String namespace) {
        return new EventTally(
                new ObjectReferenceBuilder()
                        .withNamespace(namespace)
                        .withName("orders")
                        .withUid("uid")
                        .build(),
                EventReason.of(Type.JOB_FAILED),
                "out of slots",
                Instant.EPOCH);
    }
}
