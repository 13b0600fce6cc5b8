package io.savepoint.examples.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.savepoint.examples.chaos.Ledger.Recorded;
import io.savepoint.examples.cluster.Await;
import io.savepoint.examples.cluster.CounterJobControl;
import io.savepoint.examples.cluster.CounterJobControl.Restored;
import io.savepoint.examples.cluster.CounterJobControl.Snapshot;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.model.Bookkeeping;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.JobStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Waits until all is at rest, and compares then what is recorded, what Flink has, and what lies on disk. */
final class Checks implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final String BY_PASS = "by-pass-";

    private final PlainFlinkRest rest;
    private final CounterJobControl control;
    private final Path savepoints;
    private final ChaosStore store;
    private final FaultyProxy proxy;
    private final boolean ownDirectories;
    private final Tally tally;
    private final Ledger ledger = new Ledger();
    private final LiveRuns liveRuns;
    private final Set<Path> excused = new HashSet<>();
    private final Set<String> failedBefore = new HashSet<>();
    private String verifiedRun = "";
    private int askedControls;
    private int byPasses;

    /**
     * What has to be there at rest.
     *
     * @param generation the generation that must have been served
     * @param periodic how many periodic savepoints must have ended
     * @param otherRunThan the run that must be over
     * @param state the job's
     */
    record Expected(long generation, int periodic, String otherRunThan, JobState state) {}

    Checks(URI flink, Path directory, ChaosStore store, FaultyProxy proxy, boolean ownDirectories, Tally tally)
            throws IOException {
        this.rest = new PlainFlinkRest(flink);
        this.control = CounterJobControl.in(directory.resolve("control"));
        this.savepoints = Files.createDirectories(directory.resolve("savepoints"));
        this.store = store;
        this.proxy = proxy;
        this.ownDirectories = ownDirectories;
        this.tally = tally;
        this.liveRuns = new LiveRuns(rest);
    }

    CounterJobControl control() {
        return control;
    }

    Path savepoints() {
        return savepoints;
    }

    Ledger ledger() {
        return ledger;
    }

    void askedControl() {
        askedControls++;
    }

    long generation() throws Exception {
        return generation(store.state().status());
    }

    private static long generation(ClusterStatus status) {
        return status.job().map(JobStatus::savepointGeneration).orElse(0L);
    }

    /** Asks Flink for a savepoint as somebody else might; whether it is taken shows on disk. */
    void byPass(String run) throws Exception {
        byPasses++;
        rest.triggerSavepoint(run, savepoints.resolve(BY_PASS + byPasses));
    }

    /** Waits for what keeps coming to an end, and fails with all that is missing if it doesn't. */
    void awaitRest(String round, Expected expected) throws Exception {
        List<String> missing = new ArrayList<>();
        try {
            Await.answer("rest", TIMEOUT, () -> {
                missing.clear();
                missing.addAll(missing(expected));
                return Optional.of(missing).filter(List::isEmpty);
            });
        } catch (TimeoutException late) {
            boolean request = missing.stream().anyMatch(what -> what.startsWith("request"));
            (request ? tally.lost : tally.stuck)
                    .add("waited in vain for " + missing + " in " + round + "; the store has " + store.state());
            checkLedger(round);
            checkDisk(round, false);
            throw new AssertionError(tally.problems().toString(), late);
        }
    }

    private List<String> missing(Expected expected) throws Exception {
        ClusterState state = store.state();
        for (ClusterStatus status : store.newStatuses()) {
            ledger.add(status);
        }
        ClusterStatus status = state.status();
        Bookkeeping books = status.bookkeeping();
        List<String> missing = new ArrayList<>();
        add(missing, state.control().isPresent(), "request by annotation, which is still there");
        add(missing, ledger.answered() < askedControls, "request by annotation");
        add(missing, books.controlToAcknowledge().isPresent(), "request by annotation to be acknowledged");
        boolean open = status.control()
                .map(ControlStatus::state)
                .filter(s -> !s.isFinal())
                .isPresent();
        add(missing, open, "request by annotation to end");
        String served = books.requestsOf("generation").served().orElse("0");
        add(
                missing,
                !served.equals(Long.toString(expected.generation())),
                "request of generation, served is " + served);
        add(missing, ledger.periodic() < expected.periodic(), "request by period");
        add(missing, books.operation().isPresent(), "the operation to end");
        add(missing, books.launch().isPresent(), "the launch to end");
        boolean stands = status.job()
                .map(JobStatus::state)
                .filter(s -> s == expected.state())
                .isPresent();
        add(missing, !stands, "a job that is " + expected.state());
        String run = status.job().flatMap(JobStatus::id).map(id -> id.hex()).orElse("");
        add(missing, run.isEmpty() || run.equals(expected.otherRunThan()), "another run");
        add(missing, Files.exists(control.directory().resolve("fail")), "the failure");
        if (missing.isEmpty() && expected.state() == JobState.RUNNING) {
            add(missing, !isRunning(run), "all tasks of " + run);
        }
        return missing;
    }

    private static void add(List<String> missing, boolean isMissing, String what) {
        if (isMissing) {
            missing.add(what);
        }
    }

    private boolean isRunning(String run) throws IOException, InterruptedException {
        for (JsonNode job : rest.get("/jobs/overview").body().path("jobs")) {
            if (job.path("jid").asText().equals(run)) {
                JsonNode tasks = job.path("tasks");
                return job.path("state").asText().equals("RUNNING")
                        && tasks.path("running").asInt() == tasks.path("total").asInt();
            }
        }
        return false;
    }

    void check(String round, boolean jobManagerKilled) throws Exception {
        ClusterState state = store.state();
        JobStatus job = state.status().job().orElseThrow();
        String run = job.id().orElseThrow().hex();
        checkLedger(round);
        checkDisk(round, jobManagerKilled);
        long generation = job.savepointGeneration();
        int recorded = ledger.recorded().size();
        expect(generation == recorded, "generation " + generation + " of " + recorded + " recorded", round);
        expect(ledger.accepted() <= askedControls, "a control was accepted twice", round);
        for (String id : proxy.askedIds()) {
            expect(ledger.isIntended(id), "Flink was asked for " + id + ", which was not recorded", round);
        }
        for (String states : liveRuns.tooMany()) {
            tally.others.add("two runs at once: " + states + " in " + round);
        }
        Set<String> alive = rest.states().entrySet().stream()
                .filter(known -> !LiveRuns.ENDS.contains(known.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        Set<String> shouldBe = job.state() == JobState.RUNNING ? Set.of(run) : Set.of();
        expect(alive.equals(shouldBe), "alive are " + alive + " and not " + shouldBe, round);
        if (!run.equals(verifiedRun)) {
            checkRestored(job, run, round);
            verifiedRun = run;
        }
        tally.failedRequests = ledger.failed().size();
        failedBefore.addAll(ledger.failed().keySet());
    }

    private void checkLedger(String round) {
        for (String problem : ledger.problems()) {
            (problem.startsWith("duplicate") ? tally.duplicates : tally.others).add(problem + " in " + round);
        }
        tally.recorded = ledger.recorded().size();
    }

    private void expect(boolean holds, String otherwise, String round) {
        if (!holds) {
            tally.others.add(otherwise + " in " + round);
        }
    }

    /** Every complete directory was recorded, or taken by somebody else, or its JobManager died before it told anybody. */
    private void checkDisk(String round, boolean jobManagerKilled) throws IOException {
        Set<Path> complete = complete();
        tally.complete = complete.size();
        Set<Path> unknown = new TreeSet<>(complete);
        for (String location : ledger.recorded().keySet()) {
            Path path = path(location);
            expect(complete.contains(path), "recorded and not complete on disk: " + path, round);
            expect(!isByPass(path), "recorded and taken by somebody else: " + path, round);
            unknown.remove(path);
        }
        tally.byPassed = (int) unknown.stream().filter(this::isByPass).count();
        unknown.removeIf(this::isByPass);
        unknown.removeAll(excused);
        Set<String> lost = new HashSet<>(ledger.failed().keySet());
        lost.removeAll(failedBefore);
        for (Path path : unknown) {
            String owner = ownDirectories
                    ? name(path.getParent())
                    : lost.stream().findAny().orElse("nobody");
            if (jobManagerKilled && lost.remove(owner)) {
                excused.add(path);
            } else {
                tally.duplicates.add("on disk and not recorded: " + path + " in " + round);
            }
        }
        tally.excused = excused.size();
    }

    private Set<Path> complete() throws IOException {
        try (Stream<Path> tree = Files.walk(savepoints, 3)) {
            return tree.filter(path -> name(path).equals("_metadata"))
                    .map(Path::getParent)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private boolean isByPass(Path path) {
        return name(path.getParent()).startsWith(BY_PASS);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static Path path(String location) {
        return Path.of(URI.create(location));
    }

    /** It says so itself, Flink says so, and its state is the one that went into that savepoint. */
    private void checkRestored(JobStatus job, String run, String round) throws Exception {
        if (verifiedRun.isEmpty()) {
            expect(job.fromSavepoint().isEmpty(), "the first run has a savepoint", round);
            return;
        }
        tally.restarts++;
        String from = job.fromSavepoint().orElse("");
        Recorded savepoint = ledger.recorded().get(from);
        expect(savepoint != null, "restarted from " + from + ", which was not recorded", round);
        if (savepoint == null) {
            return;
        }
        JsonNode restored = Await.answer("what Flink restored " + run + " from", TIMEOUT, () -> {
            JsonNode found = rest.get("/jobs/" + run + "/checkpoints").body().at("/latest/restored");
            return Optional.of(found).filter(JsonNode::isObject);
        });
        expect(
                path(restored.path("external_path").asText()).equals(path(from)),
                "Flink restored " + restored + " and not " + from,
                round);
        Restored told = Await.answer("the state of " + run, TIMEOUT, () -> control.restored(run));
        Optional<Snapshot> snapshot =
                control.snapshot(savepoint.jobId(), restored.path("id").asLong());
        expect(
                savepoint.jobId().equals(told.fromJobId())
                        && snapshot.filter(of -> of.counts().equals(told.counts()))
                                .isPresent(),
                "the run has the state " + told + " and not " + snapshot,
                round);
    }

    /** What Flink says of its jobs, and what its tasks are at. */
    void keepAnswers(Path target) throws Exception {
        List<String> paths = new ArrayList<>(List.of("/jobs/overview", "/taskmanagers"));
        for (String run : rest.states().keySet()) {
            paths.addAll(List.of("/jobs/" + run, "/jobs/" + run + "/checkpoints", "/jobs/" + run + "/exceptions"));
        }
        for (JsonNode taskManager : rest.get("/taskmanagers").body().path("taskmanagers")) {
            paths.add("/taskmanagers/" + taskManager.path("id").asText() + "/thread-dump");
        }
        for (String path : paths) {
            String name = path.substring(1).replace('/', '-') + ".json";
            Files.writeString(target.resolve(name), rest.get(path).body().toPrettyString());
        }
    }

    @Override
    public void close() throws Exception {
        liveRuns.close();
    }
}
