package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.model.JobId;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.UnknownJobException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the requests of all kinds have in common: the way to a cluster's endpoint, and the form that its version takes. */
final class FlinkRequests {
    private final FlinkEndpoints endpoints;
    private final Function<Call, CompletableFuture<Answer>> sender;
    private final FlinkVersions versions;
    private final Duration timeout;

    FlinkRequests(
            FlinkEndpoints endpoints,
            Function<Call, CompletableFuture<Answer>> sender,
            FlinkVersions versions,
            Duration timeout) {
        this.endpoints = endpoints;
        this.sender = sender;
        this.versions = versions;
        this.timeout = timeout;
    }

    /** How long a request may take that is not for a jar. */
    Duration timeout() {
        return timeout;
    }

    /** Does something with a cluster's endpoint; whatever goes wrong, looking it up included, fails the future. */
    <T> CompletableFuture<T> withEndpoint(ClusterId cluster, Function<URI, CompletableFuture<T>> action) {
        URI endpoint;
        try {
            endpoint = Endpoint.check(endpoints.endpointOf(cluster));
        } catch (FlinkException e) {
            return CompletableFuture.failedFuture(e);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(Endpoint.unknown(cluster, e));
        }
        return Futures.plain(action.apply(endpoint));
    }

    CompletableFuture<Answer> send(Call call) {
        return sender.apply(call);
    }

    /**
     * Sends a request whose form depends on the version. A version that the request is too new for is not trusted from
     * memory. One that refuses the form, or does not have the path, may be another by now: then the request is sent once more, in the right form. That
     * is safe, as what is refused like this has begun nothing.
     *
     * @param enough whether the version knows all that the request needs
     * @param form makes the request for a version; throws if there is no such request
     */
    CompletableFuture<Answer> send(
            ClusterId cluster, URI endpoint, Predicate<FlinkVersion> enough, Function<FlinkVersion, Call> form) {
        return versions.of(cluster, endpoint, enough)
                .thenCompose(version -> sender.apply(form.apply(version)).thenCompose(answer -> {
                    if (!answer.refusesForm() && !answer.saysNoSuchPath()) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    versions.forget(endpoint);
                    return versions.of(cluster, endpoint)
                            .thenCompose(now -> now.equals(version)
                                    ? CompletableFuture.completedFuture(answer)
                                    : sender.apply(form.apply(now)));
                }));
    }

    /** The refusal to send what the cluster's version of Flink does not know. */
    static FlinkRefusedException tooOld(Call call, String what, String least, FlinkVersion version, String remedy) {
        return new FlinkRefusedException(call + " was not sent: " + what + " needs Flink " + least
                + " or newer, and this is " + version.text() + "; " + remedy);
    }

    <T> CompletableFuture<T> get(ClusterId cluster, String path, Function<Answer, T> reader) {
        return withEndpoint(
                cluster,
                endpoint -> send(Call.get(cluster, endpoint, path, timeout)).thenApply(reader));
    }

    /** Reads what is below a job's path; the reader gets no answer that the job is unknown. */
    <T> CompletableFuture<T> ofJob(ClusterId cluster, JobId job, String what, Function<Answer, T> reader) {
        return get(cluster, "/jobs/" + job + what, answer -> {
            if (answer.saysUnknown()) {
                throw failure(answer, job);
            }
            return reader.apply(answer);
        });
    }

    static FlinkException failure(Answer answer, JobId job) {
        return answer.saysUnknown()
                ? new UnknownJobException(
                        answer.call() + " was answered with HTTP 404: this JobManager does not know job " + job)
                : answer.failure();
    }
}
