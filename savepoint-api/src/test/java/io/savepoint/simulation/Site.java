package io.savepoint.simulation;

/** Where a manager meets the world outside its process: a request that it makes, or a report that it is sent. */
enum Site {
    OBSERVE_JOB(Kind.FLINK, 60),
    TRIGGER_SAVEPOINT(Kind.FLINK, 4),
    STOP_WITH_SAVEPOINT(Kind.FLINK, 2),
    OBSERVE_OPERATION(Kind.FLINK, 20),
    CANCEL_JOB(Kind.FLINK, 2),
    SAVEPOINT_HISTORY(Kind.FLINK, 4),
    LAUNCH(Kind.FLINK, 2),
    TRIGGER_DISPOSAL(Kind.FLINK, 2),
    OBSERVE_DISPOSAL(Kind.FLINK, 2),
    FAILURE_CAUSE(Kind.FLINK, 2),
    LOAD(Kind.STORE, 90),
    COMPARE_AND_SET(Kind.STORE, 25),
    ACKNOWLEDGE(Kind.STORE, 2),
    LIST(Kind.STORE, 6),
    WATCH(Kind.WATCH, 12);

    private final Kind kind;
    private final int usual;

    Site(Kind kind, int usual) {
        this.kind = kind;
        this.usual = usual;
    }

    /** What is on the other side. */
    enum Kind {
        FLINK,
        STORE,
        WATCH
    }

    Kind kind() {
        return kind;
    }

    /** How many times a run usually passes it: a fault that is planned for later seldom comes. */
    int usual() {
        return usual;
    }

    /** Whether a request changes something in Flink, so that it matters how often and when it arrives. */
    boolean changesFlink() {
        return this == TRIGGER_SAVEPOINT
                || this == STOP_WITH_SAVEPOINT
                || this == CANCEL_JOB
                || this == LAUNCH
                || this == TRIGGER_DISPOSAL;
    }
}
