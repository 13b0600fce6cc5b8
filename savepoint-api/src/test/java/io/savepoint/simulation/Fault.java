package io.savepoint.simulation;

import java.util.EnumSet;
import java.util.Set;

/** What can go wrong where a manager meets the world. */
enum Fault {
    /** The process dies before the request leaves it. */
    CRASH_BEFORE,
    /** The process dies when the request has left it. */
    CRASH_AFTER,
    /** The process stands still before the request leaves it. */
    PAUSE_BEFORE,
    /** The process stands still when the request has left it, and wakes up to an old answer. */
    PAUSE_AFTER,
    /** The process's clock jumps forward while it waits for the answer. */
    CLOCK_FORWARD,
    /** The process's clock jumps back while it waits for the answer. */
    CLOCK_BACK,
    /** Connection refused: no effect, and a failure. */
    REFUSED,
    /** The effect comes, and the answer gets lost. */
    ANSWER_LOST,
    /** The answer is slow. */
    ANSWER_LATE,
    /** The request is slow on its way there. */
    REQUEST_LATE,
    /** The request arrives when its sender has given it up. */
    GIVEN_UP,
    /** The request arrives a second time, later. */
    DELIVERED_TWICE,
    /** HTTP 500 without an effect. */
    SERVER_ERROR,
    /** HTTP 502 after the effect. */
    SERVER_ERROR_AFTER,
    /** The effect comes, and the answer cannot be read. */
    GARBAGE,
    /** A bug in what the host brought: its method throws, and says nothing. */
    THROWN,
    /** HTTP 503: there is no leader. */
    ELECTION,
    /** A store says that somebody else wrote, though nobody did; nothing is written. */
    CONFLICT,
    /** A store says that somebody else wrote, though it has just written this. */
    CONFLICT_AFTER,
    /** A store tells how things were some writes ago. */
    STALE,
    /** A report does not come. */
    LOST,
    /** A report comes late. */
    LATE,
    /** A report comes twice. */
    DOUBLED,
    /** A report comes after those that follow it. */
    REORDERED,
    /** A report comes of a cluster to which nothing happened. */
    FALSE_ALARM;

    private static final Set<Fault> OF_A_PROCESS =
            EnumSet.of(CRASH_BEFORE, CRASH_AFTER, PAUSE_BEFORE, PAUSE_AFTER, CLOCK_FORWARD, CLOCK_BACK);
    private static final Set<Fault> OF_A_WATCH = EnumSet.of(LOST, LATE, DOUBLED, REORDERED, FALSE_ALARM);
    private static final Set<Fault> OF_A_STORE = EnumSet.of(CONFLICT, CONFLICT_AFTER, STALE);
    private static final Set<Fault> OF_FLINK = EnumSet.of(ELECTION);

    /** Whether a request may come when the world has gone on without it. */
    boolean arrivesLate() {
        return this == GIVEN_UP || this == REQUEST_LATE || this == DELIVERED_TWICE || this == PAUSE_BEFORE;
    }

    /** Whether it can happen there. */
    boolean canHappenAt(Site site) {
        if (OF_A_WATCH.contains(this)) {
            return site.kind() == Site.Kind.WATCH;
        }
        if (site.kind() == Site.Kind.WATCH) {
            return OF_A_PROCESS.contains(this) && this != CRASH_AFTER && this != PAUSE_AFTER;
        }
        if (OF_A_STORE.contains(this)) {
            boolean writes = site == Site.COMPARE_AND_SET || site == Site.ACKNOWLEDGE;
            return this == STALE ? site == Site.LOAD || site == Site.LIST : writes;
        }
        return !OF_FLINK.contains(this) || site.kind() == Site.Kind.FLINK;
    }
}
