package io.savepoint.examples.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
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
            .build();

    private final SecureRandom random = new SecureRandom();
    private final Database database;
    private final Executor executor;
    private final Runnable closeExecutor;
    private final VersionWatch watch;

    private JdbcClusterStateStore(
            DataSource dataSource, Executor executor, Runnable closeExecutor, Duration pollInterval) {
        this.database = new Database(dataSource);
        this.executor = executor;
        this.closeExecutor = closeExecutor;
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
        return new JdbcClusterStateStore(dataSource, threads, threads::shutdown, POLL_INTERVAL);
    }

    /**
     * Opens a store.
     *
     * @param dataSource where connections come from; it bounds the wait for one, and remains the caller's to close
     * @param executor what the blocking calls run on; it remains the caller's to close
     * @param pollInterval how often watches look for changes made by other processes
     * @return the store
     */
    public static JdbcClusterStateStore create(DataSource dataSource, Executor executor, Duration pollInterval) {
        return new JdbcClusterStateStore(dataSource, executor, () -> {}, pollInterval);
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
     * Changes a cluster's spec; what else lies in its document is kept.
     *
     * @param cluster the cluster
     * @param change makes the new spec of the present one; it is called again when others write meanwhile
     * @throws NoSuchElementException if there is no such cluster
     */
    public void updateSpec(ClusterId cluster, UnaryOperator<JobSpec> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Row row = database.run("load " + cluster, table -> table.find(cluster))
                    .orElseThrow(() -> missing(cluster));
            Map<String, Object> document = read(row.spec(), "spec", new ArrayList<>());
            JobSpec spec = change.apply(SpecDocument.read(document).value());
            String json = write(SpecDocument.merge(document, spec));
            if (database.run("update " + cluster, table -> table.setSpec(cluster, json, row.version()))) {
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
        return async("load " + cluster, table -> table.find(cluster).map(row -> state(cluster, row)));
    }

    @Override
    public CompletionStage<WriteResult> compareAndSet(ClusterId cluster, String version, ClusterStatus status) {
        return async("write the status of " + cluster, table -> {
            Optional<Row> row = table.find(cluster);
            if (row.isEmpty()) {
                return WriteResult.GONE;
            }
            long found = row.get().version();
            if (!Long.toString(found).equals(version)) {
                return WriteResult.CONFLICT;
            }
            // Read and written at the same version, so nothing that others keep beside our fields gets lost.
            Map<String, Object> document = read(row.get().status(), "status", new ArrayList<>());
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

    private static ClusterState state(ClusterId cluster, Row row) {
        List<SpecProblem> problems = new ArrayList<>();
        Read<JobSpec> spec = SpecDocument.read(read(row.spec(), "spec", problems));
        Read<ClusterStatus> status = StatusDocument.read(cluster, read(row.status(), "status", problems));
        problems.addAll(spec.problems());
        problems.addAll(status.problems());
        Optional<ControlRequest> control = row.control().map(ControlRequest::new);
        return new ClusterState(cluster, Long.toString(row.version()), spec.value(), control, status.value(), problems);
    }

    /** A text that is no JSON object is told as a problem, as a malformed field of one is. */
    private static Map<String, Object> read(String json, String column, List<SpecProblem> problems) {
        try {
            Map<String, Object> document = JSON.readValue(json, OBJECT);
            return document == null ? Map.of() : document;
        } catch (JsonProcessingException e) {
            problems.add(new SpecProblem(column, column + " must be a JSON object: " + e.getOriginalMessage()));
            return Map.of();
        }
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
        CompletableFuture<T> unused = done.orTimeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else if (failure instanceof StoreException) {
                        answer.completeExceptionally(failure);
                    } else {
                        String message = "could not " + what + ": no answer within " + ANSWER_TIMEOUT;
                        answer.completeExceptionally(new StoreException(message, failure));
                    }
                });
        try {
            executor.execute(() -> {
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
