package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which configurations and URLs are taken. */
class FlinkRestConfigTest {
    @Test
    void hasDefaults() {
        FlinkRestConfig config = FlinkRestConfig.defaults();
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.launchTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.outageTolerance()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.maxBodyBytes()).isEqualTo(16 * 1024 * 1024);
        assertThat(config.maxRequestsPerEndpoint()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT25H", "PT999999999H"})
    void namesTheFieldOfABadDuration(String text) {
        Duration bad = Duration.parse(text);
        FlinkRestConfig.Builder builder = FlinkRestConfig.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.connectTimeout(bad))
                .withMessageContaining("connectTimeout must be > 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.requestTimeout(bad))
                .withMessageContaining("requestTimeout must be > 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.launchTimeout(bad))
                .withMessageContaining("launchTimeout must be > 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.outageTolerance(bad))
                .withMessageContaining("outageTolerance must be > 0");
    }

    @Test
    void namesTheFieldOfABadSize() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkRestConfig.builder().maxBodyBytes(1023))
                .withMessage("maxBodyBytes must be at least 1024, was 1023");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001})
    void namesTheFieldOfABadNumberOfRequests(int bad) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkRestConfig.builder().maxRequestsPerEndpoint(bad))
                .withMessage("maxRequestsPerEndpoint must be from 1 to 10000, was " + bad);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8081, http://localhost:8081",
        "http://localhost:8081///, http://localhost:8081",
        "https://proxy.example/flink/, https://proxy.example/flink",
        "HTTP://[::1]:8081, HTTP://[::1]:8081"
    })
    void takesUrls(String given, String used) {
        assertThat(FlinkEndpoints.fixed(URI.create(given)).endpointOf(ClusterId.of("a", "b")))
                .isEqualTo(URI.create(used));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:8081",
                "ftp://localhost",
                "http:///path",
                "http://user:secret@localhost:8081",
                "http://user:secret@flink_jm:8081",
                "http://user:p%secret@localhost:8081",
                "user:secret@localhost:8081",
                "http:///#secret",
                "http://localhost:8081/?token=secret",
                "http://localhost:8081/#secret",
                "http://localhost:99999",
                "",
                "/jobs"
            })
    void refusesOtherUrlsWithoutTellingSecrets(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkRestTransport.at(url))
                .withMessageContaining("endpoint must be the URL of Flink's REST API, as http://jobmanager:8081")
                .satisfies(thrown -> assertThat(thrown).message().doesNotContain("secret"))
                .withNoCause();
        FlinkRestTransport looking = FlinkRestTransport.create(cluster -> URI.create(url));
        Throwable failure = failure(looking.observeJob(CLUSTER, JobId.of("ab".repeat(16))));
        assertThat(failure).isInstanceOf(FlinkUnreachableException.class).hasMessageContaining(CLUSTER.toString());
        assertThat(failure).hasStackTraceContaining("IllegalArgumentException");
        StringWriter logged = new StringWriter();
        failure.printStackTrace(new PrintWriter(logged));
        assertThat(logged.toString()).doesNotContain("secret");
    }

    @Test
    void saysWhatIsWrongWithAUrl() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkRestTransport.at("http://flink_jm:8081"))
                .withMessageContainingAll("'http://flink_jm:8081'", "underscore", "an IP address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlinkRestTransport.at("http://flink jm"))
                .withMessageContaining("Illegal character in authority");
    }

    @Test
    void wantsToKnowTheClusterWhereThereAreSeveral() {
        FlinkRestTransport transport = FlinkRestTransport.create(cluster -> URI.create("http://localhost:8081"));
        assertThatIllegalStateException()
                .isThrownBy(() -> transport.takeSavepoint(JobId.of("ab".repeat(16)), "file:///savepoints"))
                .withMessageContaining("FlinkRestTransport.at(url)");
        assertThatIllegalStateException()
                .isThrownBy(transport::cluster)
                .withMessageContaining("FlinkRestTransport.at(url)");
        assertThat(FlinkRestTransport.at("http://localhost:8081").cluster())
                .isEqualTo(ClusterId.of("rest", "localhost:8081"));
    }
}
