package io.savepoint.k8s;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** A process that stands for election, with a client of its own whose requests can be held up. */
final class Candidate implements AutoCloseable {
    static final String LEASE = "savepoint-manager";

    final String name;
    final KubernetesClient client;
    private final LeaderElection election;
    private volatile CountDownLatch thawed = new CountDownLatch(0);

    Candidate(String name, String namespace, UnaryOperator<LeaderElection.Builder> durations) {
        this(name, namespace, durations, config -> {});
    }

    Candidate(
            String name,
            String namespace,
            UnaryOperator<LeaderElection.Builder> durations,
            Consumer<ConfigBuilder> change) {
        ConfigBuilder config = new ConfigBuilder();
        change.accept(config);
        this.name = name;
        this.client = new KubernetesClientBuilder()
                .withConfig(config.build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("freezer", new Freezer()))
                .build();
        this.election = durations
                .apply(LeaderElection.builder(client, namespace, LEASE).identity(name))
                .build();
    }

    static UnaryOperator<LeaderElection.Builder> durations(Duration lease, Duration deadline, Duration retry) {
        return builder -> builder.leaseDuration(lease).renewDeadline(deadline).retryPeriod(retry);
    }

    Candidate start(Supplier<? extends AutoCloseable> work) {
        election.start(work);
        return this;
    }

    boolean isLeader() {
        return election.isLeader();
    }

    /** From now on no request returns, not even by a timeout. */
    void freeze() {
        thawed = new CountDownLatch(1);
    }

    void thaw() {
        thawed.countDown();
    }

    @Override
    public void close() {
        thaw();
        election.close();
        client.close();
    }

    private final class Freezer implements Interceptor {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            try {
                if (!thawed.await(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("nobody thawed the client of " + name);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
