package io.savepoint.flink.rest;

import io.savepoint.spi.Scheduler;
import java.time.Duration;

/**
 * How long a {@link FlinkRestTransport} waits, and how much it reads.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class FlinkRestConfig {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int SMALLEST_BODY = 1024;

    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private final Duration launchTimeout;
    private final Duration outageTolerance;
    private final int maxBodyBytes;
    private final Scheduler scheduler;

    private FlinkRestConfig(Builder builder) {
        connectTimeout = builder.connectTimeout;
        requestTimeout = builder.requestTimeout;
        launchTimeout = builder.launchTimeout;
        outageTolerance = builder.outageTolerance;
        maxBodyBytes = builder.maxBodyBytes;
        scheduler = builder.scheduler;
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
     * {@return how long a request may take, from the connection to the last byte of the answer; 10 seconds by default.
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
     * {@return for how long {@code takeSavepoint} goes on when the JobManager gives no usable answer; 1 minute by
     * default}
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

    /** {@return the source of time between the polls of {@code takeSavepoint}; the system's by default} */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Builds a {@link FlinkRestConfig}; not safe for use by several threads. */
    public static final class Builder {
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration launchTimeout = Duration.ofMinutes(2);
        private Duration outageTolerance = Duration.ofMinutes(1);
        private int maxBodyBytes = 16 * 1024 * 1024;
        private Scheduler scheduler = SystemScheduler.INSTANCE;

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
