package io.savepoint.flink.rest;

/**
 * What becomes of the savepoint that a job starts from.
 *
 * @see <a
 *     href="https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/#claim-mode">Flink on claim modes</a>
 */
public enum ClaimMode {
    /** It stays the user's and is not touched; Flink's default. The job's first checkpoint is a full one. */
    NO_CLAIM,
    /**
     * It becomes the job's, which deletes it when it does not need it any more: do not start another job from it, and do
     * not dispose of it.
     */
    CLAIM,
    /**
     * It stays the user's, and the job's checkpoints may need it for ever: as before Flink 1.15. Deprecated by Flink, and
     * still taken by 2.3.
     */
    LEGACY
}
