package io.savepoint.examples.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.savepoint.examples.jdbc.Database.Row;
import io.savepoint.model.ClusterId;
import io.savepoint.model.ClusterState;
import io.savepoint.model.ClusterStatus;
import io.savepoint.model.ControlRequest;
import io.savepoint.model.JobSpec;
import io.savepoint.model.SpecProblem;
import io.savepoint.spi.ClusterStateStore;
import io.savepoint.spi.StoreException;
import io.savepoint.store.Read;
import io.savepoint.store.SpecDocument;
import io.savepoint.store.StatusDocument;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/**
 * A store in one table of a relational database, by plain JDBC and SQL that H2 and PostgreSQL share. Any number of
 * processes may use the same table.
 *
 * <p>Specs and statuses are JSON texts; their fields that are not the SDK's are kept. The version is a number that every
 * write raises; compare-and-set is an {@code UPDATE ... WHERE version = ?}. Changes made through this object are
 * reported to its watches at once, those of other processes by asking for the versions from time to time.
 *
 * <p>Safe for use by any number of threads. The methods of {@link ClusterStateStore} return at once; the others block
 * until the database has answered, and throw a {@link StoreException} if it cannot.
 */
public final class JdbcClusterStateStore implements ClusterStateStore, AutoCloseable {
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final int THREADS = 4;
    private static final int WAITING_CALLS = 1_000;
    private static final int ATTEMPTS = 20;
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            // What follows an object closed too early would be lost at the next write.
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final SecureRandom random = new SecureRandom();
    private final Database database;
    private final Executor executor;
    private final Runnable closeExecutor;
    private final Duration answerTimeout;
    private final VersionWatch watch;

    private JdbcClusterStateStore(
            DataSource dataSource,
            Executor executor,
            Runnable closeExecutor,
            Duration pollInterval,
            Duration answerTimeout) {
        this.database = new Database(dataSource);
        this.executor = executor;
        this.closeExecutor = closeExecutor;
        this.answerTimeout = answerTimeout;
        this.watch = new VersionWatch(database, pollInterval);
    }

    /**
     * Opens a store that runs its calls on a few threads of its own and looks for others' changes every second.
     *
     * @param dataSource where connections come from; it bounds the wait for one, and remains the caller's to close
     * @return the store
     */
    public static JdbcClusterStateStore create(DataSource dataSource) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING_CALLS), task -> {
                    Thread thread = new Thread(task, "savepoint-jdbc");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return new JdbcClusterStateStore(dataSource, threads, threads::shutdown, POLL_INTERVAL, ANSWER_TIMEOUT);
    }

    /**
     * Opens a store.
     *
     * @param dataSource where connections come from; it bounds the wait for one, and remains the caller's to close
     * @param executor what the blocking calls run on; it remains the caller's to close
     * @param pollInterval how often watches look for changes made by other processes; at least a millisecond
     * @return the store
     */
    public static JdbcClusterStateStore create(DataSource dataSource, Executor executor, Duration pollInterval) {
        return create(dataSource, executor, pollInterval, ANSWER_TIMEOUT);
    }

    static JdbcClusterStateStore create(
            DataSource dataSource, Executor executor, Duration pollInterval, Duration answerTimeout) {
        if (pollInterval.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("pollInterval must be at least 1 ms, was " + pollInterval);
        }
        return new JdbcClusterStateStore(dataSource, executor, () -> {}, pollInterval, answerTimeout);
    }

    /** Creates the table if the database does not have it. */
    public void createTable() {
        database.run("create the table", Database::createTable);
    }

    /**
     * Puts a cluster's spec; creates the cluster if there is none of that id, else keeps its control and status.
     *
     * @param cluster the cluster
     * @param spec the new spec
     */
    public void putSpec(ClusterId cluster, JobSpec spec) {
        String json = write(SpecDocument.write(spec));
        // A random start keeps a cluster that is removed and put again from meeting an old version of itself.
        long firstVersion = random.nextLong() >>> 2;
        // The second update is for a cluster that somebody else put in between.
        boolean put = database.run(
                "put " + cluster,
                table -> table.setSpec(cluster, json)
                        || table.insert(cluster, json, firstVersion)
                        || table.setSpec(cluster, json));
        if (!put) {
            throw new StoreException("could not put " + cluster + ": others put and remove it meanwhile; try again");
        }
        watch.report(cluster);
    }

    /**
     * Changes a cluster's spec; what else lies in its document is kept. A document that is malformed is not changed, as
     * what cannot be read of it would be lost.
     *
     * @param cluster the cluster
     * @param change makes the new spec of the present one; it is called again when others write meanwhile
     * @throws NoSuchElementException if there is no such cluster
     * @throws StoreException if the present spec is malformed, too
     */
    public void updateSpec(ClusterId cluster, UnaryOperator<JobSpec> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Row row = database.run("load " + cluster, table -> table.find(cluster))
                    .orElseThrow(() -> missing(cluster));
            String what = "update " + cluster;
            Map<String, Object> document = parse(what, "spec", row.spec());
            Read<JobSpec> present = SpecDocument.read(document);
            if (!present.problems().isEmpty()) {
                throw new StoreException(
                        "could not " + what + ": " + present.problems().get(0).message()
                                + "; correct the column spec by hand or with putSpec first");
            }
            String json = write(SpecDocument.merge(document, change.apply(present.value())));
            if (database.run(what, table -> table.setSpec(cluster, json, row.version()))) {
                watch.report(cluster);
                return;
            }
        }
        throw new StoreException(
                "could not update " + cluster + ": others wrote to it " + ATTEMPTS + " times meanwhile; try again");
    }

    /**
     * Sets a cluster's user control, in place of one that may be pending.
     *
     * @param cluster the cluster
     * @param value what the user asks for, see {@link ControlRequest}
     * @throws NoSuchElementException if there is no such cluster
     */
    public void requestControl(ClusterId cluster, String value) {
        if (!database.run("set the control of " + cluster, table -> table.setControl(cluster, value))) {
            throw missing(cluster);
        }
        watch.report(cluster);
    }

    /**
     * Removes a cluster with all that is recorded of it; does nothing if there is none.
     *
     * @param cluster the cluster
     */
    public void remove(ClusterId cluster) {
        if (database.run("remove " + cluster, table -> table.delete(cluster))) {
            watch.report(cluster);
        }
    }

    @Override
    public CompletionStage<Optional<ClusterState>> load(ClusterId cluster) {
        String what = "load " + cluster;
        return async(what, table -> table.find(cluster).map(row -> state(what, cluster, row)));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        String what = "write the status of " + cluster;
        return async(what, table -> {
            Optional<Row> row = table.find(cluster);
            if (row.isEmpty()) {
                return WriteResult.GONE;
            }
            long found = row.get().version();
            if (!Long.toString(found).equals(version)) {
                return WriteResult.CONFLICT;
            }
            // Read and written at the same version, so nothing that others keep beside our fields gets lost.
            Map<String, Object> document = parse(what, "status", row.get().status());
            if (table.setStatus(cluster, write(StatusDocument.merge(document, status)), found)) {
                watch.wroteStatus(cluster, found);
                return WriteResult.written(Long.toString(found + 1));
            }
            return table.find(cluster).isPresent() ? WriteResult.CONFLICT : WriteResult.GONE;
        });
    }

    @Override
    public CompletionStage<Boolean> acknowledgeControl(ClusterId cluster, String version, ControlRequest control) {
        return async("acknowledge a control of " + cluster, table -> {
            boolean removed = table.clearControl(cluster, control.value(), version);
            if (removed) {
                watch.report(cluster);
            }
            return removed;
        });
    }

    @Override
    public CompletionStage<List<ClusterId>> list() {
        return async("list the clusters", table -> List.copyOf(table.versions().keySet()));
    }

    @Override
    public Watch watch(Consumer<ClusterId> listener) {
        return watch.add(listener);
    }

    /** Ends all watches and the store's own threads; the data source is left open. */
    @Override
    public void close() {
        watch.close();
        closeExecutor.run();
    }

    private static ClusterState state(String what, ClusterId cluster, Row row) {
        List<SpecProblem> problems = new ArrayList<>();
        Read<JobSpec> spec = SpecDocument.read(specOrEmpty(row.spec(), problems));
        // Taken for empty, it would have a second job started beside the one that it tells of.
        Read<ClusterStatus> status = StatusDocument.read(cluster, parse(what, "status", row.status()));
        problems.addAll(spec.problems());
        problems.addAll(status.problems());
        Optional<ControlRequest> control = row.control().map(ControlRequest::new);
        return new ClusterState(cluster, Long.toString(row.version()), spec.value(), control, status.value(), problems);
    }

    /** A spec that is no JSON object asks for nothing, and is told as a problem. */
    private static Map<String, Object> specOrEmpty(String json, List<SpecProblem> problems) {
        try {
            return parse(json);
        } catch (JsonProcessingException e) {
            problems.add(new SpecProblem("spec", "spec must be a JSON object: " + e.getOriginalMessage()));
            return Map.of();
        }
    }

    private static Map<String, Object> parse(String what, String column, String json) {
        try {
            return parse(json);
        } catch (JsonProcessingException e) {
            throw new StoreException("could not " + what + ": its column " + column + " must be a JSON object: "
                    + e.getOriginalMessage() + "; correct it by hand, until then nothing is done for this cluster");
        }
    }

    private static Map<String, Object> parse(String json) throws JsonProcessingException {
        Map<String, Object> document = JSON.readValue(json, OBJECT);
        if (document == null) {
            throw new JsonMappingException(null, "it is null");
        }
        return document;
    }

    private static String write(Map<String, Object> document) {
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of plain values cannot be written as JSON", e);
        }
    }

    private <T> CompletionStage<T> async(String what, Database.Work<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletableFuture<Void> unused =
                done.orTimeout(answerTimeout.toMillis(), TimeUnit.MILLISECONDS).thenAccept(answer::complete);
        // Not on the one thread that times out everything in this JVM: it is the host's code that waits for the answer.
        CompletableFuture<T> unusedToo = done.exceptionallyAsync(failure -> {
            String message = "could not " + what + ": no answer within " + answerTimeout;
            answer.completeExceptionally(
                    failure instanceof StoreException ? failure : new StoreException(message, failure));
            return null;
        });
        try {
            executor.execute(() -> {
                if (done.isDone()) {
                    // Its caller gave it up, and may have asked for something else since.
                    return;
                }
                try {
                    done.complete(database.run(what, work));
                } catch (StoreException e) {
                    done.completeExceptionally(e);
                } catch (RuntimeException e) {
                    done.completeExceptionally(new StoreException("could not " + what, e));
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(
                    new StoreException("could not " + what + ": the store is closed or has too many calls waiting"));
        }
        return answer;
    }

    private static NoSuchElementException missing(ClusterId cluster) {
        return new NoSuchElementException("there is no cluster " + cluster + "; put its spec first");
    }
}
