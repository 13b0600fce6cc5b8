package io.savepoint.policy;

/**
 * One reason to change a job: given all that is known, what shall be done now.
 *
 * <p><b>Contract.</b> A policy is a pure function: no I/O, no clock ({@link PolicyContext#now()} is the time), no
 * logging, no memory of its own. What it has to remember between calls it reads from
 * {@link PolicyContext#log(SavepointPolicy)}, where the manager keeps what was accepted, served and failed under the
 * policy's name. It may be called at any time, on any thread, more often than anything changes, and its decision may be
 * thrown away. It does not throw.
 *
 * <p>At most one thing is done at a time; of several policies that want something the first by {@link #precedence()}
 * wins, and the others are asked again later.
 */
public interface SavepointPolicy {
    /**
     * The name under which the manager remembers this policy's requests; unique among the policies of a manager and
     * never changed, since it is stored.
     *
     * @return a short name of lower-case letters, digits and hyphens
     */
    String name();

    /**
     * Where this policy stands when several want something at once.
     *
     * @return its place
     */
    Precedence precedence();

    /**
     * Decides.
     *
     * @param context all that is known
     * @return what shall be done
     */
    Decision decide(PolicyContext context);
}
