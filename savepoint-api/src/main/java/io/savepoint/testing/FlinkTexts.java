package io.savepoint.testing;

import io.savepoint.model.JobId;

/** What Flink says, as it was recorded from real clusters; cause chains without their stack traces. */
final class FlinkTexts {
    static final String SHUTDOWN = "CheckpointException: CheckpointCoordinator shutdown.";
    static final String SUSPENDING = "CheckpointException: Checkpoint Coordinator is suspending.";
    static final String DECLINED = "CheckpointException: Checkpoint was declined (tasks not ready)";
    static final String TASK_FAILED = "RuntimeException: a task failed";
    static final String EXPIRED = "CheckpointException: Checkpoint expired before completing.";
    static final String NO_TARGET =
            "RestHandlerException: Config key [execution.checkpointing.savepoint-dir] is not set."
                    + " Property [target-directory] must be provided.";
    static final String UNKNOWN_FORMAT_FIELD = "RestHandlerException: Request did not match expected format"
            + " SavepointTriggerRequestBody. <- UnrecognizedPropertyException: Unrecognized field \"formatType\"";
    static final String ELECTION = "Service temporarily unavailable due to an ongoing leader election. Please refresh.";

    private FlinkTexts() {}

    static String jobNotFound(JobId job) {
        return "FlinkJobNotFoundException: Could not find Flink job (" + job + ")";
    }

    static String cancelledJobNotFound(JobId job) {
        return "RestHandlerException: Job could not be found. <- " + jobNotFound(job);
    }

    static String tasksNotRunning(JobId job) {
        return "CheckpointException: Checkpoint triggering task Source: numbers -> throttle (1/1) of job " + job
                + " is not being executed at the moment. Aborting checkpoint."
                + " Failure reason: Not all required tasks are currently running.";
    }

    static String triggerFailed(String cause) {
        return "CheckpointException: Trigger checkpoint failure. <- " + cause;
    }

    static String ioProblem(String cause) {
        return "CheckpointException: An Exception occurred while triggering the checkpoint. IO-problem detected. <- "
                + cause;
    }

    static String missingSavepoint(String path) {
        return "FileNotFoundException: Cannot find checkpoint or savepoint file/directory '" + path
                + "' on file system 'file'.";
    }

    static String missingMetadata(String path) {
        return "FileNotFoundException: Cannot find meta data file '_metadata' in directory '" + path
                + "'. Please try to load the checkpoint/savepoint directly from the metadata file instead of the"
                + " directory.";
    }

    static String notDisposed(String path, String cause) {
        return "FlinkException: Could not dispose savepoint " + path + ". <- " + cause;
    }

    static String jobFailed(String cause) {
        return "JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy <- " + cause;
    }

    static String unclaimedState(String path) {
        return "IllegalStateException: Failed to rollback to checkpoint/savepoint " + path
                + ". Cannot map checkpoint/savepoint state for operator 0da08f51eaa85fc298e176a139b3649a to the new"
                + " program, because the operator is not available in the new program. If you want to allow to skip"
                + " this, you can set the --allowNonRestoredState option on the CLI.";
    }

    static String notLaunched(String cause) {
        return "RestHandlerException: Could not execute application."
                + " <- JobInitializationException: Could not start the JobMaster. <- " + cause;
    }
}
