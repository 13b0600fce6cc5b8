package io.savepoint.flink.rest;

import io.savepoint.spi.Scheduler;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a {@link FlinkRestTransport} waits, how much it reads, and how it is known and trusted.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class FlinkRestConfig {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int SMALLEST_BODY = 1024;
    private static final int HIGHEST_PORT = 65_535;
    private static final int MOST_REQUESTS = 10_000;

    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private final Duration launchTimeout;
    private final Duration outageTolerance;
    private final int maxBodyBytes;
    private final int maxRequestsPerEndpoint;
    private final Scheduler scheduler;
    private final Optional<FlinkTls> tls;
    private final Optional<FlinkHeaders> headers;
    private final Optional<ProxySelector> proxy;

    private FlinkRestConfig(Builder builder) {
        connectTimeout = builder.connectTimeout;
        requestTimeout = builder.requestTimeout;
        launchTimeout = builder.launchTimeout;
        outageTolerance = builder.outageTolerance;
        maxBodyBytes = builder.maxBodyBytes;
        maxRequestsPerEndpoint = builder.maxRequestsPerEndpoint;
        scheduler = builder.scheduler;
        tls = builder.tls;
        headers = builder.headers;
        proxy = builder.proxy;
    }

    /**
     * The configuration with every value at its default.
     *
     * @return the configuration
     */
    public static FlinkRestConfig defaults() {
        return builder().build();
    }

    /**
     * Starts a configuration.
     *
     * @return a builder with every value at its default
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return how long a connection may take to be made; 5 seconds by default} */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * {@return how long a request may take, from asking for its headers to the last byte of the answer; 10 seconds by
     * default.
     * A manager calls a savepoint lost 14 seconds later than this, so that a request that was under way has arrived. Well
     * below Flink's {@code rest.async.store-duration}, or a savepoint may be taken twice}
     */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /**
     * {@return how long the upload of a jar, and how long the submission of a job may take; 2 minutes by default.
     * Flink runs the {@code main} method of the job's program before it answers a submission}
     */
    public Duration launchTimeout() {
        return launchTimeout;
    }

    /**
     * {@return for how long {@code takeSavepoint}, {@code stopJob} and {@code disposeSavepoint} go on when the JobManager
     * gives no usable answer; 1 minute by default}
     */
    public Duration outageTolerance() {
        return outageTolerance;
    }

    /**
     * {@return how many bytes of an answer are read at most; 16 MiB by default, which is enough for some 40,000 jobs in
     * one cluster}
     */
    public int maxBodyBytes() {
        return maxBodyBytes;
    }

    /**
     * {@return how many requests to one endpoint may be under way at once; 32 by default, and besides as many uploads and
     * submissions of jars. Up to 1000 more wait for their turn, which is part of their time; of those whose turn does not
     * come nothing was sent}
     */
    public int maxRequestsPerEndpoint() {
        return maxRequestsPerEndpoint;
    }

    /** {@return the source of time between the polls of those methods; the system's by default} */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** {@return whom to trust and what certificate to show at {@code https} endpoints; by default as the JVM has it} */
    public Optional<FlinkTls> tls() {
        return tls;
    }

    /** {@return the headers of every request, such as one with a token; none by default} */
    public Optional<FlinkHeaders> headers() {
        return headers;
    }

    /** {@return which HTTP proxy to use for which endpoint; by default as the JVM's {@link ProxySelector#getDefault()}} */
    public Optional<ProxySelector> proxy() {
        return proxy;
    }

    /** Builds a {@link FlinkRestConfig}; not safe for use by several threads. */
    public static final class Builder {
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration launchTimeout = Duration.ofMinutes(2);
        private Duration outageTolerance = Duration.ofMinutes(1);
        private int maxBodyBytes = 16 * 1024 * 1024;
        private int maxRequestsPerEndpoint = 32;
        private Scheduler scheduler = SystemScheduler.INSTANCE;
        private Optional<FlinkTls> tls = Optional.empty();
        private Optional<FlinkHeaders> headers = Optional.empty();
        private Optional<ProxySelector> proxy = Optional.empty();

        private Builder() {}

        /**
         * Sets {@link FlinkRestConfig#connectTimeout()}.
         *
         * @param connectTimeout more than zero, at most one day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#requestTimeout()}.
         *
         * @param requestTimeout more than zero, at most one day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = positive("requestTimeout", requestTimeout);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#launchTimeout()}.
         *
         * @param launchTimeout more than zero, at most one day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder launchTimeout(Duration launchTimeout) {
            this.launchTimeout = positive("launchTimeout", launchTimeout);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#outageTolerance()}.
         *
         * @param outageTolerance more than zero, at most one day
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder outageTolerance(Duration outageTolerance) {
            this.outageTolerance = positive("outageTolerance", outageTolerance);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#maxBodyBytes()}.
         *
         * @param maxBodyBytes at least 1024; the answer for a failed savepoint has up to 64 KiB, one of
         *     {@code /jobs/overview} some 400 bytes for each job
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder maxBodyBytes(int maxBodyBytes) {
            if (maxBodyBytes < SMALLEST_BODY) {
                throw new IllegalArgumentException(
                        "maxBodyBytes must be at least " + SMALLEST_BODY + ", was " + maxBodyBytes);
            }
            this.maxBodyBytes = maxBodyBytes;
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#maxRequestsPerEndpoint()}.
         *
         * @param maxRequestsPerEndpoint from 1 to 10000; a JobManager that does not answer holds as many connections
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder maxRequestsPerEndpoint(int maxRequestsPerEndpoint) {
            if (maxRequestsPerEndpoint < 1 || maxRequestsPerEndpoint > MOST_REQUESTS) {
                throw new IllegalArgumentException("maxRequestsPerEndpoint must be from 1 to " + MOST_REQUESTS
                        + ", was " + maxRequestsPerEndpoint);
            }
            this.maxRequestsPerEndpoint = maxRequestsPerEndpoint;
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#scheduler()}.
         *
         * @param scheduler the source of time
         * @return this builder
         */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = scheduler;
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#tls()}.
         *
         * @param tls the settings, for all endpoints whose URL begins with {@code https}
         * @return this builder
         */
        public Builder tls(FlinkTls tls) {
            this.tls = Optional.of(tls);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#headers()}. What is sent to an endpoint whose URL begins with {@code http} can be
         * read on the way. Redirects are not followed, so nobody but the endpoint and an HTTP proxy gets them; the proxy of
         * an {@code https} endpoint gets those that begin with {@code Proxy-} alone.
         *
         * @param headers gives them, for each request
         * @return this builder
         */
        public Builder headers(FlinkHeaders headers) {
            this.headers = Optional.of(headers);
            return this;
        }

        /**
         * Sets {@link FlinkRestConfig#proxy()}. Only HTTP proxies are used; for their passwords there is {@link
         * FlinkHeaders#proxyBasic}. {@link java.net.http.HttpClient.Builder#NO_PROXY} uses none.
         *
         * @param proxy gives the proxy for a URL, if any; asked for every request, answers at once
         * @return this builder
         */
        public Builder proxy(ProxySelector proxy) {
            this.proxy = Optional.of(proxy);
            return this;
        }

        /**
         * Uses one HTTP proxy for all endpoints.
         *
         * @param host its name or address, looked up for every connection
         * @param port its port, from 1 to 65535
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder proxy(String host, int port) {
            if (host.isBlank() || port < 1 || port > HIGHEST_PORT) {
                throw new IllegalArgumentException(
                        "proxy must be a host, and a port from 1 to " + HIGHEST_PORT + ", was '" + host + "', " + port);
            }
            return proxy(ProxySelector.of(InetSocketAddress.createUnresolved(host, port)));
        }

        /**
         * Makes the configuration.
         *
         * @return a configuration of the values set so far
         */
        public FlinkRestConfig build() {
            return new FlinkRestConfig(this);
        }

        static Duration positive(String field, Duration value) {
            if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(field + " must be > 0 and at most " + LONGEST + ", was " + value);
            }
            return value;
        }
    }
}
