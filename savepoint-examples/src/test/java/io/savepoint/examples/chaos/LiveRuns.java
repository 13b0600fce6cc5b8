package io.savepoint.examples.chaos;

import com.fasterxml.jackson.core.JacksonException;
import io.savepoint.examples.cluster.PlainFlinkRest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks all the time how many runs of the job are alive at once. */
public final class LiveRuns implements AutoCloseable {
    static final Set<String> ENDS = Set.of("FAILED", "CANCELED", "FINISHED");
    private static final int EVERY_MILLIS = 150;

    private final PlainFlinkRest rest;
    private final List<String> tooMany = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "live-runs");
        thread.setDaemon(true);
        return thread;
    });

    public LiveRuns(PlainFlinkRest rest) {
        this.rest = rest;
        var unused = timer.scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Map<String, String> states = rest.states();
            long living = states.values().stream()
                    .filter(state -> !ENDS.contains(state))
                    .count();
            if (living > 1) {
                tooMany.add(states.toString());
            }
        } catch (JacksonException notYet) {
            // While it starts, Flink answers some requests with something else.
        } catch (IOException dead) {
            // Nothing can be told of it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was seen of more than one. */
    public List<String> tooMany() {
        return tooMany;
    }

    @Override
    public void close() throws InterruptedException {
        timer.shutdownNow();
        boolean ignored = timer.awaitTermination(10, TimeUnit.SECONDS);
    }
}
