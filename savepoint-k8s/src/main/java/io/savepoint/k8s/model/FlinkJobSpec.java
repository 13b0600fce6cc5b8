package io.savepoint.k8s.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a cluster's job; the meaning of each field is told at {@link io.savepoint.model.JobSpec}. A field that
 * is null is not set.
 *
 * <p>Not safe for use by several threads.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class FlinkJobSpec extends OpenObject {
    /** The jar to submit. */
    @JsonPropertyDescription("The jar to submit: a path, or an http(s) URL, that the operator can read.")
    public @Nullable String jarFile;

    /** The entry class. */
    @JsonPropertyDescription("The entry class; the one of the jar's manifest if not set.")
    public @Nullable String className;

    /** The program's arguments. */
    @JsonPropertyDescription("The arguments of the job.")
    public @Nullable List<String> args;

    /** The default parallelism, at least 1. */
    @Min(1)
    @JsonPropertyDescription("The default parallelism of the job.")
    public @Nullable Integer parallelism;

    /** The savepoint that the first run starts from. */
    @JsonPropertyDescription("The savepoint that the job's first run starts from.")
    public @Nullable String fromSavepoint;

    /** Whether state that no operator claims may be dropped. */
    @JsonPropertyDescription("Whether state of the savepoint that no operator of the job claims may be dropped.")
    public @Nullable Boolean allowNonRestoredState;

    /** The directory that savepoints go into. */
    @JsonPropertyDescription("The directory, as Flink sees it, that savepoints go into; without it none is taken.")
    public @Nullable String savepointsDir;

    /** The period of automatic savepoints in seconds, at least 1. */
    @Min(1)
    @JsonPropertyDescription("The period of automatic savepoints, in seconds; needs savepointsDir.")
    public @Nullable Long autoSavepointSeconds;

    /** Raising it above the recorded generation asks for one savepoint; at least 0. */
    @Min(0)
    @JsonPropertyDescription("Raising it above status.components.job.savepointGeneration, and above every value it had"
            + " before, asks for one savepoint.")
    public @Nullable Long savepointGeneration;

    /** What to do when the job fails. */
    @JsonPropertyDescription("What to do when the job fails; Never if not set.")
    public @Nullable RestartPolicy restartPolicy;

    /** Whether the job shall be cancelled. */
    @JsonPropertyDescription("Cancels the job, with a savepoint if there is a savepointsDir.")
    public @Nullable Boolean cancelRequested;

    /** The binary format of the savepoints. */
    @JsonPropertyDescription("The binary format of the savepoints; CANONICAL if not set.")
    public @Nullable SavepointFormatType savepointFormatType;

    /** How old, in seconds, the last savepoint may have been when the job failed; at least 1. */
    @Min(1)
    @JsonPropertyDescription("How old the last savepoint may have been when the job failed, in seconds, to restart it.")
    public @Nullable Long maxStateAgeToRestoreSeconds;

    /** A spec with nothing set. */
    public FlinkJobSpec() {}

    /** The values of {@link #restartPolicy}. */
    public enum RestartPolicy {
        /** Leave the job failed. */
        @JsonProperty("Never")
        NEVER,
        /** Restart it from the last recorded savepoint. */
        @JsonProperty("FromSavepointOnFailure")
        FROM_SAVEPOINT_ON_FAILURE
    }

    /** The values of {@link #savepointFormatType}. */
    public enum SavepointFormatType {
        /** Independent of the state backend. */
        CANONICAL,
        /** The state backend's own. */
        NATIVE
    }
}
