package io.savepoint.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * What the user wants of a cluster's job: the savepoint-related fields of {@code spec.job} of a {@code FlinkCluster}.
 *
 * <p>Building one checks every field and throws {@link InvalidSpecException} that lists all that is wrong. A store that
 * reads a hand-edited spec uses {@code io.savepoint.store.SpecDocument}, which reports the same problems without
 * failing.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
@Value.Immutable
@ModelStyle
public interface JobSpec {
    /** {@return the jar to submit: a path or a URL that the {@code JobLauncher} in use understands} */
    Optional<String> jarFile();

    /** {@return the entry class; empty takes the one of the jar's manifest} */
    Optional<String> className();

    /** {@return the program's arguments} */
    List<String> args();

    /** {@return the default parallelism; at least 1; empty takes the cluster's own default} */
    OptionalInt parallelism();

    /** {@return the savepoint that the job's first run starts from; empty starts it fresh} */
    Optional<String> fromSavepoint();

    /** {@return whether state of the savepoint that no operator of the job claims may be dropped} */
    @Value.Default
    default boolean allowNonRestoredState() {
        return false;
    }

    /** {@return the directory, as Flink sees it, that savepoints go into; without it the manager takes none of its own accord} */
    Optional<String> savepointsDir();

    /** {@return the period of automatic savepoints in seconds; at least 1; empty takes none} */
    OptionalLong autoSavepointSeconds();

    /** {@return raising it above the recorded generation asks for one savepoint; at least 0} */
    @Value.Default
    default long savepointGeneration() {
        return 0;
    }

    /** {@return what to do when the job fails} */
    @Value.Default
    default RestartPolicy restartPolicy() {
        return RestartPolicy.NEVER;
    }

    /** {@return whether the job shall be cancelled, with a savepoint if there is a {@link #savepointsDir()}} */
    @Value.Default
    default boolean cancelRequested() {
        return false;
    }

    /** {@return the binary format of the savepoints} */
    @Value.Default
    default SavepointFormat savepointFormatType() {
        return SavepointFormat.CANONICAL;
    }

    /** {@return how old, in seconds, the last savepoint may have been when the job failed to restart from it; at least 1} */
    OptionalLong maxStateAgeToRestoreSeconds();

    /** Checks the rules between fields; see {@link SpecRules}. */
    @Value.Check
    default void check() {
        SpecRules.check(this);
    }

    /**
     * Starts a new spec.
     *
     * @return a builder with every field unset
     */
    static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link JobSpec}; not safe for use by several threads. */
    final class Builder extends ImmutableJobSpec.Builder {
        Builder() {}
    }
}
