package io.savepoint.simulation;

import io.savepoint.model.ClusterId;
import io.savepoint.testing.FakeCluster;
import io.savepoint.testing.FakeJob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Does to Flink and to the managers' machines what a plan says. */
final class Deeds {
    private final World world;
    private final Users users;

    Deeds(World world) {
        this.world = world;
        this.users = new Users(world);
    }

    void plan(Plan.Happening happening) {
        world.time.schedule(happening.at(), () -> {
            ClusterId cluster = world.clusters.get(happening.cluster());
            world.trace.add(() -> "* " + happening.deed() + " of " + cluster + " (" + happening.argument() + ")");
            world.coverage.done(happening.deed());
            switch (happening.deed().who()) {
                case USER -> users.act(happening.deed(), cluster, happening.argument());
                case FLINK -> flink(happening.deed(), world.cluster(cluster), happening.argument());
                case MACHINE -> machine(happening.deed(), happening.argument());
            }
        });
    }

    static Optional<FakeJob> livingJob(FakeCluster cluster) {
        return cluster.jobs().stream().filter(job -> job.endTime().isEmpty()).reduce((first, second) -> second);
    }

    private void flink(Deed deed, FakeCluster cluster, int argument) {
        Optional<FakeJob> job = livingJob(cluster);
        switch (deed) {
            case FAIL_JOB -> job.ifPresent(alive -> cluster.failJob(alive.id()));
            case RESTART_JOB ->
                job.ifPresent(alive -> cluster.failAndRestartJob(alive.id(), Duration.ofMillis(argument % 20_000)));
            case FINISH_JOB -> job.ifPresent(alive -> cluster.finishJob(alive.id()));
            case FORGET_JOB ->
                job.ifPresent(alive -> {
                    world.book.memoryLost(cluster.id(), world.time.now());
                    cluster.forgetJob(alive.id());
                });
            case HOLD_UP_TASKS -> job.ifPresent(alive -> cluster.tasksRunning(alive.id(), false));
            case RELEASE_TASKS -> job.ifPresent(alive -> cluster.tasksRunning(alive.id(), true));
            case TAKE_CHECKPOINTS -> job.ifPresent(alive -> cluster.takeCheckpoints(alive.id(), argument % 14));
            case KILL_JOB_MANAGER, FAIL_OVER_JOB_MANAGER -> {
                world.book.memoryLost(cluster.id(), world.time.now());
                cluster.restartJobManager(deed == Deed.FAIL_OVER_JOB_MANAGER);
            }
            case CUT_NETWORK -> cluster.unreachable(true);
            case MEND_NETWORK -> cluster.unreachable(false);
            case FAIL_SAVEPOINT -> cluster.failNextSavepoint("CheckpointException: the disk is full");
            case HANG_SAVEPOINT -> cluster.hangNextSavepoint();
            case EXPIRE_SAVEPOINT -> cluster.expireNextSavepoint();
            case THROW_IN_SNAPSHOT -> cluster.throwInNextSnapshot();
            case REFUSE_LAUNCH -> {
                // A real one would refuse the same request again, also if it comes late.
                if (!launchesComeLate()) {
                    cluster.refuseNextLaunch("ProgramInvocationException: no such class");
                }
            }
            case FAIL_AFTER_LAUNCH -> cluster.failNextLaunchAfter(Duration.ofMillis(argument % 4_000));
            case FAIL_AFTER_EVERY_LAUNCH -> {
                for (int i = 0; i < 12; i++) {
                    cluster.failNextLaunchAfter(Duration.ofMillis(argument % 4_000));
                }
            }
            case SLOW_SAVEPOINTS -> cluster.savepointDuration(Duration.ofMillis(argument % 90_000));
            case QUICK_SAVEPOINTS -> cluster.savepointDuration(Duration.ofMillis(argument % 200));
            case LOCK_DIRECTORY -> world.flink.writable(PlanMaker.DIRECTORY, false);
            case UNLOCK_DIRECTORY -> world.flink.writable(PlanMaker.DIRECTORY, true);
            default -> throw new IllegalArgumentException(deed + " is not Flink's");
        }
    }

    private boolean launchesComeLate() {
        return world.plan.items().stream()
                .anyMatch(item -> item instanceof Plan.FaultAt fault
                        && fault.site() == Site.LAUNCH
                        && fault.fault().arrivesLate());
    }

    private void machine(Deed deed, int argument) {
        List<Managers.Living> living = world.managers.living();
        if (deed == Deed.ADD_MANAGER) {
            world.managers.start();
            return;
        }
        if (living.isEmpty()) {
            return;
        }
        Managers.Living one = living.get(argument % living.size());
        Duration duration = Duration.ofMillis(argument % 40_000);
        Duration step = duration.dividedBy(world.plan.setup().resultStore().toSeconds() < 300 ? 10 : 1);
        switch (deed) {
            case KILL_MANAGER -> world.managers.kill(one, duration);
            case CLOSE_MANAGER -> world.managers.close(one, duration);
            case PAUSE_MANAGER -> one.host().standStill(duration.multipliedBy(argument % 3 == 0 ? 15 : 1));
            case CLOCK_FORWARD -> one.host().jump(step);
            case CLOCK_BACK -> one.host().jump(step.negated());
            default -> throw new IllegalArgumentException(deed + " is not a machine's");
        }
    }

    /** Mends all that is broken outside the managers. */
    void mend() {
        world.flink.writable(PlanMaker.DIRECTORY, true);
        for (ClusterId id : world.clusters) {
            users.mend(id);
            FakeCluster cluster = world.cluster(id);
            cluster.unreachable(false);
            cluster.savepointDuration(Duration.ofMillis(50));
            livingJob(cluster).ifPresent(job -> cluster.tasksRunning(job.id(), true));
        }
        world.managers.living().forEach(manager -> manager.host().setClock());
        world.managers.network().mend();
    }
}
