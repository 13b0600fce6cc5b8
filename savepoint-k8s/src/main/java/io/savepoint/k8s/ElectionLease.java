package io.savepoint.k8s;

import static io.savepoint.k8s.ApiServer.CONFLICT;
import static io.savepoint.k8s.ApiServer.NOT_FOUND;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import io.savepoint.k8s.ApiServer.Answer;
import io.savepoint.k8s.ApiServer.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Lease, as fabric8's elector reads and writes it. Unlike fabric8's own lock it gives every request a bounded time, takes
 * a Lease that somebody made without a holder for a free one, and fails with nothing but what lets the elector try again:
 * after any other exception a candidate would try no more, and its future would not tell.
 *
 * <p>Safe for use by any number of threads.
 */
final class ElectionLease implements Lock {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final String API_VERSION = "coordination.k8s.io/v1";
    /** Kubernetes' MicroTime. */
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    /** What a Lease without times counts as: one that expired long ago. */
    private static final ZonedDateTime LONG_AGO = Instant.EPOCH.atZone(ZoneOffset.UTC);

    private final ApiServer api;
    private final String namespace;
    private final String name;
    private final String identity;
    private final RenewalDeadline deadline;
    private volatile String version = "";
    private volatile boolean over;
    /** The last request that failed, in words, until the same succeeds. */
    private String failing = "";

    ElectionLease(ApiServer api, String namespace, String name, String identity, RenewalDeadline deadline) {
        this.api = api;
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.deadline = deadline;
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient client) {
        return attempt("read " + describe(), () -> {
            deadline.attempted();
            return read().map(this::record).orElse(null);
        });
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord wanted) {
        Map<String, Object> lease = Map.of(
                "apiVersion",
                API_VERSION,
                "kind",
                "Lease",
                "metadata",
                Map.of("namespace", namespace, "name", name),
                "spec",
                spec(wanted));
        String what = "create " + describe();
        attempt(what, () -> written(api.post(what, collection(), lease)));
        deadline.renewed();
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord wanted) {
        String what = "write " + describe();
        attempt(what, () -> patch(what, spec(wanted)));
        deadline.renewed();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public String describe() {
        return "the Lease " + namespace + "/" + name;
    }

    /** Lets nobody take or renew it any more through this object: an elector that was stopped may have a request under way. */
    void close() {
        over = true;
    }

    /** Takes this candidate's name off the Lease, if it is there. */
    void release() {
        Optional<Lease> present = read();
        if (present.isPresent() && identity.equals(record(present.get()).getHolderIdentity())) {
            Map<String, @Nullable Object> free = new LinkedHashMap<>();
            free.put("holderIdentity", null);
            patch("release " + describe(), free);
        }
    }

    private Optional<Lease> read() {
        Answer answer = await(api.get("read " + describe(), path()));
        if (answer.code() == NOT_FOUND) {
            return Optional.empty();
        }
        return Optional.of(api.read(requireOk(answer), Lease.class));
    }

    private boolean patch(String what, Map<String, ? extends @Nullable Object> spec) {
        Map<String, Object> patch = Map.of("metadata", ApiServer.at(version), "spec", spec);
        return written(api.patch(what, path(), PatchType.MERGE, patch));
    }

    private boolean written(CompletableFuture<Answer> request) {
        return requireOk(await(request)).isOk();
    }

    private LeaderElectionRecord record(Lease lease) {
        version = lease.getMetadata().getResourceVersion();
        LeaseSpec spec = Optional.ofNullable(lease.getSpec()).orElseGet(LeaseSpec::new);
        return new LeaderElectionRecord(
                spec.getHolderIdentity(),
                Duration.ofSeconds(
                        Optional.ofNullable(spec.getLeaseDurationSeconds()).orElse(1)),
                Optional.ofNullable(spec.getAcquireTime()).orElse(LONG_AGO),
                Optional.ofNullable(spec.getRenewTime()).orElse(LONG_AGO),
                Optional.ofNullable(spec.getLeaseTransitions()).orElse(0));
    }

    private static Map<String, Object> spec(LeaderElectionRecord wanted) {
        return Map.of(
                "holderIdentity",
                wanted.getHolderIdentity(),
                "leaseDurationSeconds",
                wanted.getLeaseDuration().toSeconds(),
                "acquireTime",
                MICROS.format(wanted.getAcquireTime()),
                "renewTime",
                MICROS.format(wanted.getRenewTime()),
                "leaseTransitions",
                wanted.getLeaderTransitions());
    }

    private <T extends @Nullable Object> T attempt(String what, Supplier<T> request) {
        if (over) {
            throw new KubernetesClientException(describe() + " is not asked for any more");
        }
        try {
            T answer = request.get();
            tellOfSuccess(what);
            return answer;
        } catch (RuntimeException e) {
            KubernetesClientException failure = e instanceof KubernetesClientException told
                    ? told
                    : new KubernetesClientException(e.getMessage(), e); // a Lease that cannot be read, for instance
            tellOfFailure(what, failure);
            throw failure;
        }
    }

    /** The elector tells nobody: a candidate that may not have the Lease would be silent for ever. */
    private synchronized void tellOfFailure(String what, KubernetesClientException failure) {
        // Another candidate was faster, or this one is closed.
        boolean usual = failure.getCode() == CONFLICT || over;
        if (!usual && !what.equals(failing)) {
            failing = what;
            LOG.warn("{} cannot {}, trying on: {}", identity, what, failure.getMessage());
        }
    }

    private synchronized void tellOfSuccess(String what) {
        if (what.equals(failing)) {
            failing = "";
            LOG.info("{} can {} again", identity, what);
        }
    }

    private Answer requireOk(Answer answer) {
        if (answer.isOk()) {
            return answer;
        }
        String why = answer.code() == CONFLICT
                ? describe() + " was written by somebody else"
                : api.failure(answer).getMessage();
        throw new KubernetesClientException(why, answer.code(), null);
    }

    private static Answer await(CompletableFuture<Answer> request) {
        try {
            return request.join();
        } catch (CompletionException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            throw new KubernetesClientException(cause.getMessage(), cause);
        }
    }

    private String collection() {
        return "/apis/" + API_VERSION + "/namespaces/" + ApiServer.encode(namespace) + "/leases";
    }

    private String path() {
        return collection() + "/" + ApiServer.encode(name);
    }
}
