package io.savepoint.flink.rest;

import io.savepoint.model.JobId;
import io.savepoint.spi.LaunchRequest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be run of a jar, and how.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class JarRunRequest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JobId jobId;
    private final Optional<String> entryClass;
    private final List<String> args;
    private final Optional<Integer> parallelism;
    private final Optional<String> savepointPath;
    private final boolean allowNonRestoredState;
    private final Optional<ClaimMode> claimMode;
    private final Map<String, String> flinkConfiguration;

    private JarRunRequest(Builder builder) {
        jobId = builder.jobId.orElseGet(() -> JobId.random(RANDOM));
        entryClass = builder.entryClass;
        args = builder.args;
        parallelism = builder.parallelism;
        savepointPath = builder.savepointPath;
        allowNonRestoredState = builder.allowNonRestoredState;
        claimMode = builder.claimMode;
        flinkConfiguration = builder.flinkConfiguration;
    }

    /**
     * Starts a request.
     *
     * @return a builder of one that runs the jar's own entry class without arguments, from no savepoint, under a new
     *     random id
     */
    public static Builder builder() {
        return new Builder();
    }

    static JarRunRequest of(LaunchRequest request) {
        Builder builder = builder()
                .jobId(request.jobId())
                .args(request.spec().args())
                .allowNonRestoredState(request.allowNonRestoredState());
        request.spec().className().ifPresent(builder::entryClass);
        request.spec().parallelism().ifPresent(builder::parallelism);
        request.fromSavepoint().ifPresent(builder::savepointPath);
        return builder.build();
    }

    /** {@return the id that the job will have; a random one if none was set} */
    public JobId jobId() {
        return jobId;
    }

    /** {@return the class whose {@code main} is run; empty for the one that the jar's manifest names} */
    public Optional<String> entryClass() {
        return entryClass;
    }

    /** {@return the arguments of its {@code main}} */
    public List<String> args() {
        return args;
    }

    /** {@return the parallelism of what has none of its own; empty for the cluster's default} */
    public Optional<Integer> parallelism() {
        return parallelism;
    }

    /** {@return the savepoint or retained checkpoint that the job starts from; empty starts it fresh} */
    public Optional<String> savepointPath() {
        return savepointPath;
    }

    /** {@return whether state that no operator claims may be dropped} */
    public boolean allowNonRestoredState() {
        return allowNonRestoredState;
    }

    /** {@return what becomes of the savepoint; empty for the cluster's default} */
    public Optional<ClaimMode> claimMode() {
        return claimMode;
    }

    /** {@return Flink configuration for this job alone} */
    public Map<String, String> flinkConfiguration() {
        return flinkConfiguration;
    }

    /** Whether every version takes it that this library knows. */
    boolean isForAnyVersion() {
        return claimMode.isEmpty() && flinkConfiguration.isEmpty();
    }

    boolean isFor(FlinkVersion version) {
        return (claimMode.isEmpty() || version.takesClaimMode())
                && (flinkConfiguration.isEmpty() || version.takesConfiguration());
    }

    /** The body of the request, without what depends on the version. */
    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        entryClass.ifPresent(name -> body.put("entryClass", name));
        if (!args.isEmpty()) {
            body.put("programArgsList", args);
        }
        parallelism.ifPresent(number -> body.put("parallelism", number));
        body.put("jobId", jobId.hex());
        savepointPath.ifPresent(path -> body.put("savepointPath", path));
        body.put("allowNonRestoredState", allowNonRestoredState);
        return body;
    }

    Map<String, Object> bodyFor(FlinkVersion version) {
        Map<String, Object> body = body();
        claimMode.ifPresent(mode -> body.put(version.claimModeField(), mode.name()));
        if (!flinkConfiguration.isEmpty()) {
            body.put("flinkConfiguration", flinkConfiguration);
        }
        return body;
    }

    /** Without arguments and configured values, which may hold secrets. */
    @Override
    public String toString() {
        return "JarRunRequest{jobId=" + jobId + ", entryClass=" + entryClass.orElse("the jar's own") + ", args: "
                + args.size() + ", parallelism="
                + parallelism.map(String::valueOf).orElse("default")
                + ", savepointPath=" + savepointPath.orElse("none") + ", allowNonRestoredState="
                + allowNonRestoredState + ", claimMode="
                + claimMode.map(String::valueOf).orElse("default")
                + ", flinkConfiguration: " + flinkConfiguration.keySet() + "}";
    }

    /** Builds a {@link JarRunRequest}; not safe for use by several threads. */
    public static final class Builder {
        private Optional<JobId> jobId = Optional.empty();
        private Optional<String> entryClass = Optional.empty();
        private List<String> args = List.of();
        private Optional<Integer> parallelism = Optional.empty();
        private Optional<String> savepointPath = Optional.empty();
        private boolean allowNonRestoredState;
        private Optional<ClaimMode> claimMode = Optional.empty();
        private Map<String, String> flinkConfiguration = Map.of();

        private Builder() {}

        /**
         * Sets {@link JarRunRequest#jobId()}. A {@code main} that makes several jobs gives each of them this id.
         *
         * @param id the id
         * @return this builder
         */
        public Builder jobId(JobId id) {
            jobId = Optional.of(id);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#entryClass()}.
         *
         * @param name the class's full name
         * @return this builder
         */
        public Builder entryClass(String name) {
            entryClass = Optional.of(name);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#args()}, in place of those set before.
         *
         * @param list the arguments
         * @return this builder
         */
        public Builder args(List<String> list) {
            args = List.copyOf(list);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#parallelism()}.
         *
         * @param number at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder parallelism(int number) {
            if (number < 1) {
                throw new IllegalArgumentException("parallelism must be >= 1, was " + number);
            }
            parallelism = Optional.of(number);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#savepointPath()}.
         *
         * @param path the path, as Flink sees it
         * @return this builder
         */
        public Builder savepointPath(String path) {
            savepointPath = Optional.of(path);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#allowNonRestoredState()}; false if not set.
         *
         * @param allow whether it may be dropped
         * @return this builder
         */
        public Builder allowNonRestoredState(boolean allow) {
            allowNonRestoredState = allow;
            return this;
        }

        /**
         * Sets {@link JarRunRequest#claimMode()}, from Flink 1.15 on. It goes under the name that the cluster's version
         * knows: {@code restoreMode} before 1.20, {@code claimMode} from then on.
         *
         * @param mode the mode
         * @return this builder
         */
        public Builder claimMode(ClaimMode mode) {
            claimMode = Optional.of(mode);
            return this;
        }

        /**
         * Sets {@link JarRunRequest#flinkConfiguration()}, in place of that set before, from Flink 1.17 on.
         *
         * @param options values by their keys
         * @return this builder
         */
        public Builder flinkConfiguration(Map<String, String> options) {
            flinkConfiguration = Map.copyOf(options);
            return this;
        }

        /**
         * Makes the request.
         *
         * @return the request; every one that is made has an id of its own, if none was set
         */
        public JarRunRequest build() {
            return new JarRunRequest(this);
        }
    }
}
