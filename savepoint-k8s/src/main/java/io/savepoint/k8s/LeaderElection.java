package io.savepoint.k8s;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.savepoint.spi.ExecutorScheduler;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one of several processes do the work, by a Lease of {@code coordination.k8s.io}: while this process leads, the
 * work, a started {@link io.savepoint.SavepointManager} for instance, is open. When it leads no more, the work is closed,
 * and the process stands for election again.
 *
 * <pre>{@code
 * LeaderElection election = LeaderElection.builder(client, "flink", "savepoint-manager").build();
 * election.start(() -> {
 *     SavepointManager manager = SavepointManager.builder().store(store).flink(flink).build();
 *     manager.start();
 *     return manager;
 * });
 * }</pre>
 *
 * <p>This saves work; it is not what makes it safe. No lease keeps two processes from leading at the same time for a
 * while: one may be paused, and wake up long after another took over. Two managers on one store are wasteful and
 * harmless, as the store's compare-and-set lets one intent through and both ask Flink under the id that it names. Only a
 * process that is paused just between the two, and for longer than Flink remembers the id
 * ({@link io.savepoint.SavepointManagerBuilder#resultStoreDuration}), can have Flink take that savepoint again. Whatever
 * else a work does has to bear a second one, too.
 *
 * <p>The work is closed {@link Builder#renewDeadline} after the last renewal at the latest, even if a request never
 * returns, and another process takes over {@link Builder#leaseDuration} after it at the earliest. What the former leaves
 * of the latter is for closing the work, and for clocks that differ: candidates compare their own with the time that the
 * leader wrote. A work that takes longer to close, as a manager may (10 s), overlaps with the next one by the rest.
 *
 * <p>The account needs {@code get}, {@code create} and {@code patch} on {@code leases} of {@code coordination.k8s.io} in
 * that namespace; no {@code create} if the Lease is there, which may be an empty one.
 *
 * <p>Safe for use by any number of threads.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    /** A manager takes 10 s to close at most; the rest is for the requests that release the Lease. */
    private static final int CLOSE_SECONDS = 20;

    private final LeaderTerm.Rules rules;
    private final ExecutorScheduler scheduler;
    private final ExecutorService threads;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable LeaderTerm term;
    private @Nullable Thread loop;

    private LeaderElection(Builder builder) {
        ThreadFactory daemons = task -> daemon(task, "savepoint-elector");
        this.scheduler = ExecutorScheduler.create(1);
        this.threads = Executors.newCachedThreadPool(daemons);
        this.rules = new LeaderTerm.Rules(
                builder.client,
                builder.namespace,
                builder.leaseName,
                builder.identity == null ? ownName() : builder.identity,
                builder.leaseDuration,
                builder.renewDeadline,
                builder.retryPeriod,
                scheduler,
                threads);
    }

    /**
     * Starts to describe an election. The candidates are those who name the same Lease.
     *
     * @param client the way to the API server; the election does not close it
     * @param namespace where the Lease lies
     * @param leaseName its name; it is created if it is not there
     * @return a builder with nothing else set
     * @throws IllegalArgumentException if a name is blank
     */
    public static Builder builder(KubernetesClient client, String namespace, String leaseName) {
        return new Builder(client, notBlank("namespace", namespace), notBlank("leaseName", leaseName));
    }

    /**
     * Stands for election until {@link #close()}. Begins at most one work at a time, on a thread that all its works are
     * begun and closed on. A work that cannot be begun is logged, and the Lease is released; the next attempt comes after
     * {@link Builder#retryPeriod}, here or elsewhere.
     *
     * @param work begins the work and returns what closes it, both soon: leadership may be lost meanwhile, and a work that
     *     does not close keeps this process from ever leading again
     * @throws IllegalStateException if it was started before, or is closed
     */
    public synchronized void start(Supplier<? extends AutoCloseable> work) {
        if (loop != null || isClosing()) {
            throw new IllegalStateException(
                    "an election is started once, and not after it was closed; build a new one");
        }
        LOG.info("{} stands for election, by {}", rules.identity(), lease());
        Thread thread = daemon(() -> run(work), "savepoint-leader");
        loop = thread;
        thread.start();
    }

    /**
     * Tells whether this process leads, as far as it knows. The work is being begun or open then.
     *
     * @return whether it does
     */
    public boolean isLeader() {
        LeaderTerm current = term;
        return current != null && current.isLeading();
    }

    /**
     * Closes the work, and then releases the Lease, so that another process takes over at its next attempt. Waits for
     * that, up to 20 seconds, unless called by the work itself. Closing twice does nothing.
     */
    @Override
    public void close() {
        closing.countDown();
        LeaderTerm current = term;
        if (current != null) {
            current.giveUp();
        }
        @Nullable Thread waitedFor;
        synchronized (this) {
            waitedFor = loop;
            if (waitedFor == null) {
                endThreads();
            }
        }
        if (waitedFor == null || waitedFor.equals(Thread.currentThread())) {
            return;
        }
        try {
            waitedFor.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            if (waitedFor.isAlive()) {
                LOG.warn("{} is not released after {} s; others take over when it expires", lease(), CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Supplier<? extends AutoCloseable> work) {
        try {
            while (!isClosing()) {
                LeaderTerm current = LeaderTerm.begin(rules);
                term = current;
                if (isClosing()) { // by a call that may not have seen the term
                    current.giveUp();
                }
                if (current.awaitLeading()) {
                    lead(current, work);
                }
                awaitEnd(current.end());
                closing.await(rules.retryPeriod().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            LOG.warn("interrupted, {} does not stand for election any more", rules.identity());
            Thread.currentThread().interrupt();
        } finally {
            endThreads();
        }
    }

    private void lead(LeaderTerm current, Supplier<? extends AutoCloseable> work) {
        LOG.info("{} leads, by {}", rules.identity(), lease());
        AutoCloseable open;
        try {
            open = Objects.requireNonNull(work.get(), "the supplier of the work returned null");
        } catch (Throwable e) { // also an Error: a leader without a work would keep others from leading
            LOG.error("the work could not be begun, {} is released and tried for again later", lease(), e);
            return;
        }
        current.awaitOver();
        LOG.info("{} leads no more, by {}", rules.identity(), lease());
        try {
            open.close();
        } catch (Throwable e) { // as above
            LOG.error("the work could not be closed properly", e);
        }
    }

    /** Two electors of one process would renew the Lease for each other, so the next one has to wait for this one. */
    private void awaitEnd(CompletableFuture<Void> end) throws InterruptedException {
        try {
            try {
                end.get(rules.leaseDuration().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                LOG.warn("a request for {} does not return; standing for election again when it does", lease());
                end.get();
            }
        } catch (ExecutionException e) {
            LOG.warn("{} could not be released, others take over when it expires: {}", lease(), e.getMessage());
        }
    }

    private String lease() {
        return "the Lease " + rules.namespace() + "/" + rules.leaseName();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void endThreads() {
        scheduler.close();
        threads.shutdown();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Of all candidates no two may have the same, so the host's name is not enough. */
    private static String ownName() {
        String suffix = UUID.randomUUID().toString().substring(0, 8);
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + suffix;
        } catch (UnknownHostException e) {
            return "savepoint-manager-" + suffix;
        }
    }

    private static String notBlank(String field, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(field + " must not be blank");
        }
        return value;
    }

    /** Describes an election. All candidates should have the same durations. Not safe for use by several threads. */
    public static final class Builder {
        private final KubernetesClient client;
        private final String namespace;
        private final String leaseName;
        private @Nullable String identity;
        private Duration leaseDuration = Duration.ofSeconds(15);
        private Duration renewDeadline = Duration.ofSeconds(10);
        private Duration retryPeriod = Duration.ofSeconds(2);

        private Builder(KubernetesClient client, String namespace, String leaseName) {
            this.client = client;
            this.namespace = namespace;
            this.leaseName = leaseName;
        }

        /**
         * Sets the name of this candidate, which the Lease shows; the host's name with a random suffix unless set.
         *
         * @param value a name that no other candidate has
         * @return this
         * @throws IllegalArgumentException if it is blank
         */
        public Builder identity(String value) {
            identity = notBlank("identity", value);
            return this;
        }

        /**
         * Sets how long others wait after the last renewal before they take over; 15 seconds unless set.
         *
         * @param value whole seconds, more than {@link #renewDeadline}
         * @return this
         */
        public Builder leaseDuration(Duration value) {
            leaseDuration = value;
            return this;
        }

        /**
         * Sets how long this process leads on after the last renewal, while it tries to renew; 10 seconds unless set.
         *
         * @param value less than {@link #leaseDuration}, and more than 2.2 times {@link #retryPeriod}
         * @return this
         */
        public Builder renewDeadline(Duration value) {
            renewDeadline = value;
            return this;
        }

        /**
         * Sets how often the leader renews the Lease, and how often others look whether it is free, which they do up to
         * 2.2 times as seldom in order not to meet; 2 seconds unless set.
         *
         * @param value at least 1 ms
         * @return this
         */
        public Builder retryPeriod(Duration value) {
            retryPeriod = value;
            return this;
        }

        /**
         * Makes the election, which begins when it is started.
         *
         * @return an election
         * @throws IllegalArgumentException if the durations do not fit each other
         */
        public LeaderElection build() {
            // A Lease keeps it so, and fabric8 would cut it off.
            require(
                    leaseDuration.toSeconds() >= 1
                            && leaseDuration.equals(Duration.ofSeconds(leaseDuration.toSeconds())),
                    "leaseDuration must be whole seconds, was " + leaseDuration);
            require(retryPeriod.toMillis() >= 1, "retryPeriod must be at least 1 ms, was " + retryPeriod);
            // As fabric8 has it: its candidates wait so long between two attempts.
            Duration longestWait = retryPeriod.plusMillis((long) Math.ceil(retryPeriod.toMillis() * 1.2));
            require(
                    renewDeadline.compareTo(longestWait) > 0,
                    "renewDeadline must be more than 2.2 times retryPeriod (" + retryPeriod + "), was "
                            + renewDeadline);
            require(
                    leaseDuration.compareTo(renewDeadline) > 0,
                    "leaseDuration must be more than renewDeadline (" + renewDeadline + "), was " + leaseDuration);
            return new LeaderElection(this);
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
