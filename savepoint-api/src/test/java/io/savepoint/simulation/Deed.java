package io.savepoint.simulation;

/** What users, Flink and the machines of the managers do by themselves, at any time. */
enum Deed {
    EDIT_PERIOD(Who.USER, 4),
    EDIT_DIRECTORY(Who.USER, 2),
    EDIT_RESTART_POLICY(Who.USER, 1),
    EDIT_STATE_AGE(Who.USER, 1),
    EDIT_ARGUMENTS(Who.USER, 1),
    EDIT_FROM_SAVEPOINT(Who.USER, 1),
    EDIT_NONSENSE(Who.USER, 1),
    CANCEL_REQUESTED(Who.USER, 2),
    CANCEL_TAKEN_BACK(Who.USER, 2),
    GENERATION_UP(Who.USER, 6),
    GENERATION_DOWN(Who.USER, 1),
    ANNOTATE_SAVEPOINT(Who.USER, 6),
    ANNOTATE_JOB_CANCEL(Who.USER, 3),
    ANNOTATE_NONSENSE(Who.USER, 1),
    REMOVE_ANNOTATION(Who.USER, 1),
    CALL_SAVEPOINT(Who.USER, 4),
    CALL_STOP(Who.USER, 2),
    CALL_RESTORE(Who.USER, 2),
    GIVE_UP_CALL(Who.USER, 1),
    CALL_TOO_OFTEN(Who.USER, 1),
    CALL_WITH_NONSENSE(Who.USER, 1),
    RECONCILE(Who.USER, 1),
    DELETE_CLUSTER(Who.USER, 1),
    RECREATE_CLUSTER(Who.USER, 2),
    SAVEPOINT_PAST_THE_MANAGER(Who.USER, 3),
    CANCEL_PAST_THE_MANAGER(Who.USER, 1),
    NEIGHBOUR_WRITES(Who.USER, 4),

    FAIL_JOB(Who.FLINK, 4),
    RESTART_JOB(Who.FLINK, 2),
    FINISH_JOB(Who.FLINK, 1),
    FORGET_JOB(Who.FLINK, 1),
    HOLD_UP_TASKS(Who.FLINK, 2),
    RELEASE_TASKS(Who.FLINK, 2),
    TAKE_CHECKPOINTS(Who.FLINK, 1),
    KILL_JOB_MANAGER(Who.FLINK, 2),
    FAIL_OVER_JOB_MANAGER(Who.FLINK, 2),
    CUT_NETWORK(Who.FLINK, 2),
    MEND_NETWORK(Who.FLINK, 2),
    FAIL_SAVEPOINT(Who.FLINK, 2),
    EXPIRE_SAVEPOINT(Who.FLINK, 1),
    HANG_SAVEPOINT(Who.FLINK, 1),
    THROW_IN_SNAPSHOT(Who.FLINK, 1),
    REFUSE_LAUNCH(Who.FLINK, 1),
    FAIL_AFTER_LAUNCH(Who.FLINK, 1),
    FAIL_AFTER_EVERY_LAUNCH(Who.FLINK, 1),
    SLOW_SAVEPOINTS(Who.FLINK, 2),
    QUICK_SAVEPOINTS(Who.FLINK, 2),
    LOCK_DIRECTORY(Who.FLINK, 1),
    UNLOCK_DIRECTORY(Who.FLINK, 1),

    KILL_MANAGER(Who.MACHINE, 2),
    CLOSE_MANAGER(Who.MACHINE, 1),
    ADD_MANAGER(Who.MACHINE, 1),
    PAUSE_MANAGER(Who.MACHINE, 2),
    CLOCK_FORWARD(Who.MACHINE, 1),
    CLOCK_BACK(Who.MACHINE, 1);

    private final Who who;
    private final int weight;

    Deed(Who who, int weight) {
        this.who = who;
        this.weight = weight;
    }

    /** Whose deed it is. */
    enum Who {
        USER,
        FLINK,
        MACHINE
    }

    Who who() {
        return who;
    }

    int weight() {
        return weight;
    }
}
