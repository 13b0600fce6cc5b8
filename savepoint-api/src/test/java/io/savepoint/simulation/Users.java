package io.savepoint.simulation;

import io.savepoint.SavepointManager;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SavepointOptions;
import io.savepoint.testing.FakeCluster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Does what users do: with the resource, by calls, and past the manager. */
final class Users {
    private static final List<String> DIRECTORIES = List.of(PlanMaker.DIRECTORY, "file:///other", "nosuch://bucket/sp");

    private final World world;

    Users(World world) {
        this.world = world;
    }

    void act(Deed deed, ClusterId id, int argument) {
        Optional<Database.Resource> resource = world.database.find(id);
        if (deed == Deed.RECREATE_CLUSTER) {
            resource.ifPresent(old -> delete(id, old));
            world.database.create(id, world.plan.setup().spec());
        } else if (resource.isPresent()) {
            act(deed, id, argument, resource.get());
        }
    }

    private void act(Deed deed, ClusterId id, int argument, Database.Resource resource) {
        JobSpec spec = resource.state().spec();
        Controls controls = world.storeChecks.controls(resource.uid());
        Instant now = world.time.now();
        switch (deed) {
            case EDIT_PERIOD ->
                put(id, "autoSavepointSeconds", argument % 4 == 0 ? Optional.empty() : Optional.of(5 + argument % 90));
            case EDIT_DIRECTORY ->
                put(
                        id,
                        "savepointsDir",
                        argument % 4 == 0
                                ? Optional.empty()
                                : Optional.of(DIRECTORIES.get(argument % DIRECTORIES.size())));
            case EDIT_RESTART_POLICY ->
                edit(
                        id,
                        job -> job.restartPolicy(
                                argument % 2 == 0 ? RestartPolicy.NEVER : RestartPolicy.FROM_SAVEPOINT_ON_FAILURE));
            case EDIT_STATE_AGE ->
                edit(
                        id,
                        job -> job.maxStateAgeToRestoreSeconds(
                                argument % 3 == 0 ? OptionalLong.empty() : OptionalLong.of(1 + argument % 200)));
            case EDIT_ARGUMENTS -> edit(id, job -> job.args(List.of("--run", Integer.toString(argument))));
            case EDIT_FROM_SAVEPOINT -> edit(id, job -> job.fromSavepoint(someSavepoint(argument)));
            case EDIT_NONSENSE -> world.database.editJob(id, job -> nonsense(job, argument));
            case CANCEL_REQUESTED -> edit(id, job -> job.cancelRequested(true));
            case CANCEL_TAKEN_BACK -> edit(id, job -> job.cancelRequested(false));
            case GENERATION_UP ->
                edit(id, job -> job.savepointGeneration(spec.savepointGeneration() + 1 + argument % 3));
            case GENERATION_DOWN ->
                edit(id, job -> job.savepointGeneration(Math.max(0, spec.savepointGeneration() - 1)));
            case ANNOTATE_SAVEPOINT -> annotate(id, resource, ControlRequest.SAVEPOINT);
            case ANNOTATE_JOB_CANCEL -> annotate(id, resource, ControlRequest.JOB_CANCEL);
            case ANNOTATE_NONSENSE -> annotate(id, resource, "save\u00e7point \"" + "x".repeat(argument % 3000) + '"');
            case REMOVE_ANNOTATION -> {
                controls.takenBack();
                world.database.annotate(id, Optional.empty());
            }
            case DELETE_CLUSTER -> delete(id, resource);
            case NEIGHBOUR_WRITES -> {
                world.database.editStatus(id, status -> Neighbour.write(status, argument));
                world.database.editJob(id, job -> Neighbour.write(job, argument));
            }
            case SAVEPOINT_PAST_THE_MANAGER -> {
                FakeCluster cluster = world.cluster(id);
                Deeds.livingJob(cluster)
                        .ifPresent(job -> cluster.takeSavepointPastTheManager(job.id(), DIRECTORIES.get(argument % 2)));
            }
            case CANCEL_PAST_THE_MANAGER -> {
                FakeCluster cluster = world.cluster(id);
                Deeds.livingJob(cluster).ifPresent(job -> cluster.cancelFromOutside(job.id()));
            }
            default -> call(deed, id, argument, now);
        }
    }

    private void edit(ClusterId id, Consumer<JobSpec.Builder> change) {
        world.database.editSpec(id, change);
    }

    /** As in a manifest, where nothing keeps a user from leaving out what another field needs. */
    private void put(ClusterId id, String field, Optional<Object> value) {
        world.database.editJob(id, job -> {
            Map<String, Object> changed = new LinkedHashMap<>(job);
            changed.remove(field);
            value.ifPresent(present -> changed.put(field, present));
            return changed;
        });
    }

    /** Gives savepoints a place to go, where one that there is not was named. */
    void mend(ClusterId id) {
        world.database.find(id).ifPresent(resource -> {
            put(id, "autoSavepointSeconds", Optional.empty());
            boolean nowhere = resource.state()
                    .spec()
                    .savepointsDir()
                    .filter(DIRECTORIES.get(2)::equals)
                    .isPresent();
            if (nowhere) {
                put(id, "savepointsDir", Optional.of(PlanMaker.DIRECTORY));
            }
        });
    }

    private void annotate(ClusterId id, Database.Resource resource, String value) {
        Optional<String> served = resource.state()
                .status()
                .bookkeeping()
                .controlToAcknowledge()
                .filter(accepted -> resource.state()
                        .status()
                        .control()
                        .filter(control -> control.state() == ControlState.REQUESTED)
                        .isPresent());
        world.storeChecks.controls(resource.uid()).set(value, served, world.time.now());
        world.database.annotate(id, Optional.of(value));
    }

    private void delete(ClusterId id, Database.Resource resource) {
        world.book.deleted(resource.uid(), world.time.now());
        world.database.remove(id);
    }

    private static Map<String, Object> nonsense(Map<String, Object> job, int argument) {
        Map<String, Object> changed = new LinkedHashMap<>(job);
        List<String> fields = List.of("autoSavepointSeconds", "savepointGeneration", "restartPolicy", "savepointsDir");
        changed.put(fields.get(argument % fields.size()), argument % 2 == 0 ? "often" : List.of(argument));
        return changed;
    }

    private Optional<String> someSavepoint(int argument) {
        List<String> savepoints = new ArrayList<>(new java.util.TreeSet<>(world.flink.savepointsOnDisk()));
        if (argument % 3 == 0) {
            return Optional.empty();
        }
        return Optional.of(
                savepoints.isEmpty() || argument % 5 == 0
                        ? "file:/savepoints/none"
                        : savepoints.get(argument % savepoints.size()));
    }

    /** A call of the program that a manager is embedded in. */
    private void call(Deed deed, ClusterId id, int argument, Instant now) {
        List<Managers.Living> able = world.managers.living().stream()
                .filter(manager -> !manager.host().standsStill())
                .toList();
        if (able.isEmpty()) {
            return;
        }
        Managers.Living one = able.get(argument % able.size());
        SavepointManager manager = one.manager();
        SavepointOptions options = options(argument);
        switch (deed) {
            case CALL_SAVEPOINT -> called(one, id, deed, now, manager.takeSavepoint(id, options));
            case CALL_STOP -> called(one, id, deed, now, manager.stopWithSavepoint(id, options));
            case CALL_RESTORE ->
                called(
                        one,
                        id,
                        deed,
                        now,
                        manager.restoreFrom(id, someSavepoint(argument).orElse("file:/savepoints/none")));
            case CALL_TOO_OFTEN -> callTooOften(one, id);
            case CALL_WITH_NONSENSE -> {
                try {
                    CompletableFuture<?> unused = manager.restoreFrom(id, " ");
                    world.violations.add("I7 no-lost-request", "a restore from nowhere was not refused");
                } catch (IllegalArgumentException refused) {
                    world.trace.add(refused::getMessage);
                }
            }
            case RECONCILE -> {
                CompletableFuture<?> unused = manager.reconcile(id);
            }
            case GIVE_UP_CALL -> {
                List<Managers.Call> calls = world.managers.calls();
                if (!calls.isEmpty()) {
                    calls.get(calls.size() - 1).result().cancel(false);
                }
            }
            default -> throw new IllegalArgumentException(deed + " is not a user's");
        }
    }

    /** A caller that does not wait; it loses interest in nearly all. */
    private void callTooOften(Managers.Living one, ClusterId id) {
        List<CompletableFuture<?>> results = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            results.add(one.manager().takeSavepoint(id));
        }
        boolean refused = results.get(results.size() - 1).isCompletedExceptionally();
        world.violations.require(refused, "I10 bounded", () -> "70 calls wait at once");
        results.subList(2, results.size()).forEach(result -> result.cancel(false));
    }

    private void called(Managers.Living one, ClusterId id, Deed deed, Instant now, CompletableFuture<?> result) {
        String what = deed + " by " + one.host().name() + " at " + now;
        world.managers.called(new Managers.Call(one.host(), id, what, result));
        CompletableFuture<Void> unused = result.handle((value, failure) -> {
            world.trace.add(() -> what + ": " + (failure == null ? value : failure.getMessage()));
            return null;
        });
    }

    private static SavepointOptions options(int argument) {
        SavepointOptions.Builder options = SavepointOptions.builder();
        if (argument % 3 == 0) {
            options.directory("file:///other");
        }
        if (argument % 4 == 0) {
            options.format(SavepointFormat.NATIVE);
        }
        return options.drain(argument % 5 == 0).build();
    }
}
