package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.savepoint.flink.rest.Recording.Exchange;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.DisposalObservation.Done;
import io.savepoint.model.DisposalObservation.Failed;
import io.savepoint.model.DisposalObservation.Missing;
import io.savepoint.model.DisposalObservation.Unknown;
import io.savepoint.model.JobId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.UnknownJobException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real Flinks said of disposals and of why jobs failed, and what the transport makes of it. */
class RecordedDisposalTest {
    private static final JobId JOB = JobId.of("ab".repeat(16));

    @RegisterExtension
    static final WireMockExtension server = Asking.aServer();

    private FlinkRestTransport transport;

    @BeforeEach
    void reset() {
        transport = FlinkRestTransport.at(server.baseUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void asksForADisposal(String version) {
        Recording recording = Recording.of(version, "disposal").play(server);
        String location = recording.get(0).requestBody().replaceAll(".*: \"(.*)\"}", "$1");

        TriggerId disposal = answer(transport.triggerDisposal(CLUSTER, location));
        assertThat(disposal).isEqualTo(TriggerId.of(recording.get(1).part(1)));
        server.verify(postRequestedFor(urlEqualTo("/savepoint-disposal"))
                .withRequestBody(equalToJson(recording.get(0).requestBody())));
        assertThat(answer(transport.observeDisposal(CLUSTER, disposal))).isEqualTo(new Done());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsWhatBecameOfADisposal(String version) {
        Recording recording = Recording.of(version, "disposal").play(server);
        List<DisposalObservation> seen = new ArrayList<>();
        for (int i = 0; i < recording.size(); i++) {
            Exchange exchange = recording.get(i);
            if (exchange.method().equals("GET") && exchange.status() != 400) {
                seen.add(answer(transport.observeDisposal(CLUSTER, TriggerId.of(exchange.part(1)))));
            }
        }

        // As recorded: an existing one, again, none there, an empty directory, an empty _metadata, garbage in it, an
        // empty path, a copy of a savepoint, an id that never was; and from 1.20 on once more none there.
        assertThat(seen.subList(0, 9))
                .hasExactlyElementsOfTypes(
                        Done.class,
                        Missing.class,
                        Missing.class,
                        Failed.class,
                        Failed.class,
                        Failed.class,
                        Failed.class,
                        Done.class,
                        Unknown.class);
        assertThat(seen.subList(9, seen.size()))
                .allSatisfy(last -> assertThat(last).isInstanceOf(Missing.class));
        String missing = "file:///flink-home/nothing-here";
        assertThat(seen.get(2))
                .isEqualTo(new Missing("FlinkException: Could not dispose savepoint " + missing + ". <-"
                        + " FileNotFoundException: Cannot find checkpoint or savepoint file/directory '" + missing
                        + "' on file system 'file'."));
        assertThat(((Failed) seen.get(3)).reason()).contains("Cannot find meta data file '_metadata' in directory");
        assertThat(((Failed) seen.get(4)).reason()).endsWith(" <- EOFException");
        assertThat(((Failed) seen.get(5)).reason()).contains("Unexpected magic number");
        assertThat(((Failed) seen.get(6)).reason()).contains("empty checkpoint pointer");
    }

    @Test
    void tellsWhatIsInProgress() {
        server.stubFor(get(urlPathMatching("/savepoint-disposal/.*"))
                .willReturn(okJson("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}")));
        assertThat(answer(transport.observeDisposal(CLUSTER, TriggerId.of("cd".repeat(16)))))
                .isEqualTo(new DisposalObservation.InProgress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsWhyAJobFailed(String version) {
        Recording recording = Recording.of(version, "job-failed").play(server);
        JobId job = JobId.of(recording.get(0).part(1));
        assertThat(answer(transport.failureCause(CLUSTER, job)))
                .contains("JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy <- RuntimeException:"
                        + " fail-at 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void tellsNoCauseOfAJobThatDidNotFail(String version) {
        Recording recording = Recording.of(version, "exceptions").play(server);
        JobId job = JobId.of(recording.get(0).part(1));
        assertThat(answer(transport.failureCause(CLUSTER, job))).isEmpty();
    }

    /** The chain of a restore that failed when the job ran already, as seen in 1.20.5. */
    @ParameterizedTest
    @ValueSource(
            strings = {"{\"root-exception\":\"%s\"}", "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"%s\"}]}}"})
    void tellsTheCauseDeepInTheChain(String form) {
        String trace = "org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy"
                + "\\n\\tat a.B.c(B.java:1)\\nCaused by: java.lang.RuntimeException: Error while getting state"
                + "\\n\\tat a.B.c(B.java:1)\\nCaused by: org.apache.flink.util.StateMigrationException: For heap backends,"
                + " the new state serializer (org.apache.flink.api.common.typeutils.base.StringSerializer@4c2dffc7) must"
                + " not be incompatible with the old state serializer"
                + " (org.apache.flink.api.common.typeutils.base.LongSerializer@2b95f19e).\\n\\tat a.B.c(B.java:1)\\n";
        server.stubFor(get("/jobs/" + JOB + "/exceptions").willReturn(okJson(String.format(form, trace))));
        assertThat(answer(transport.failureCause(CLUSTER, JOB)).orElseThrow())
                .startsWith("JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy <- RuntimeException:"
                        + " Error while getting state <- StateMigrationException: For heap backends, the new state")
                .endsWith("LongSerializer@2b95f19e).");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.14.6", "1.15.4", "1.20.5", "2.3.0"})
    void aJobThatFlinkDoesNotKnowHasNoCause(String version) {
        Exchange unknown = Recording.of(version, "job-unknown").get(0);
        server.stubFor(get("/jobs/" + JOB + "/exceptions").willReturn(jsonResponse(unknown.body(), unknown.status())));
        assertThat(failure(transport.failureCause(CLUSTER, JOB)))
                .isInstanceOf(UnknownJobException.class)
                .hasMessageContainingAll("GET /jobs/" + JOB + "/exceptions", "does not know job " + JOB);
    }
}
