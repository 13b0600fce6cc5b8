package io.savepoint.k8s.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded of a cluster; the meaning of each field is told at the types of {@link io.savepoint.model.ClusterStatus}.
 * A field that is null is not set, and every text and time is as it stands in the resource. Other operators keep fields
 * of theirs here, too.
 *
 * <p>Not safe for use by several threads.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class FlinkClusterStatus extends OpenObject {
    /** The parts of the cluster. */
    public @Nullable Components components;

    /** The latest savepoint asked for. */
    @JsonPropertyDescription("The latest savepoint asked for.")
    public @Nullable Savepoint savepoint;

    /** The latest user control. */
    @JsonPropertyDescription("The latest user control.")
    public @Nullable Control control;

    /** When the status was last written. */
    public @Nullable String lastUpdateTime;

    /** A status with nothing set. */
    public FlinkClusterStatus() {}

    /** The parts of the cluster; only the job is the manager's. Not safe for use by several threads. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Components extends OpenObject {
        /** The job. */
        public @Nullable Job job;

        /** No part is known. */
        public Components() {}
    }

    /** The job. Not safe for use by several threads. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Job extends OpenObject {
        /** Flink's id of the latest run. */
        public @Nullable String id;

        /** The job's name. */
        public @Nullable String name;

        /** The recorded state. */
        public @Nullable String state;

        /** The savepoint that the latest run really started from. */
        @JsonPropertyDescription("The savepoint that the latest run really started from.")
        public @Nullable String fromSavepoint;

        /** How many savepoints were recorded. */
        @JsonPropertyDescription("How many savepoints were recorded; it grows by 1 with each.")
        public @Nullable Long savepointGeneration;

        /** Where the last recorded savepoint lies. */
        @JsonPropertyDescription("Where the last recorded savepoint lies.")
        public @Nullable String savepointLocation;

        /** The trigger id of the last recorded savepoint. */
        public @Nullable String lastSavepointTriggerID;

        /** When the last recorded savepoint was triggered. */
        public @Nullable String lastSavepointTriggerTime;

        /** When the last recorded savepoint was known complete. */
        public @Nullable String lastSavepointTime;

        /** How often the job was restarted from a savepoint. */
        public @Nullable Integer restartCount;

        /** Nothing is recorded. */
        public Job() {}
    }

    /** A savepoint. Not safe for use by several threads. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Savepoint extends OpenObject {
        /** The run that it was asked of. */
        public @Nullable String jobID;

        /** Its trigger id. */
        public @Nullable String triggerID;

        /** When Flink was asked. */
        public @Nullable String triggerTime;

        /** Why it was asked for. */
        public @Nullable String triggerReason;

        /** When the request for it was seen. */
        public @Nullable String requestTime;

        /** How far it came. */
        public @Nullable String state;

        /** Its binary format. */
        public @Nullable String formatType;

        /** Why it failed. */
        public @Nullable String message;

        /** Nothing is recorded. */
        public Savepoint() {}
    }

    /** A user control. Not safe for use by several threads. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Control extends OpenObject {
        /** The value of the annotation. */
        public @Nullable String name;

        /** What it acted on. */
        public @Nullable ControlDetails details;

        /** How far it came. */
        public @Nullable String state;

        /** Why it failed. */
        public @Nullable String message;

        /** When this was last changed. */
        public @Nullable String updateTime;

        /** Nothing is recorded. */
        public Control() {}
    }

    /** What a control acted on. Not safe for use by several threads. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class ControlDetails extends OpenObject {
        /** The run. */
        public @Nullable String jobID;

        /** The savepoint's trigger id. */
        public @Nullable String savepointTriggerID;

        /** Nothing is recorded. */
        public ControlDetails() {}
    }
}
