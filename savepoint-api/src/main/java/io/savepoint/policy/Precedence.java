package io.savepoint.policy;

/**
 * Who goes first when several things are due at once: the order of the constants, and between policies of the same
 * constant the order in which they were given to the manager. Accepting or refusing a request touches nothing but the
 * record and so goes before all of it.
 */
public enum Precedence {
    /** A failed job is restarted. */
    RESTART,
    /** A job is submitted for the first time. */
    START,
    /** The job is stopped or cancelled. */
    JOB_CANCEL,
    /** A user control, carried by an annotation. */
    ANNOTATION,
    /** A call of the host's program. */
    DIRECT,
    /** A raised generation. */
    GENERATION,
    /** A period that has passed. */
    PERIODIC,
    /** A savepoint is disposed of; it does not wait for one that is being taken. */
    RETENTION
}
