package io.savepoint.examples.chaos;

import java.util.ArrayList;
import java.util.List;

/** What a run did, and what it found wrong. */
final class Tally {
    int managers;
    int taskManagers;
    int jobManagers;
    int pauses;
    int broken;
    int requests;
    int failedRequests;
    int failures;
    int recorded;
    int byPassed;
    int complete;
    int excused;
    int restarts;
    final List<String> duplicates = new ArrayList<>();
    final List<String> lost = new ArrayList<>();
    final List<String> stuck = new ArrayList<>();
    final List<String> others = new ArrayList<>();

    List<String> problems() {
        List<String> all = new ArrayList<>(duplicates);
        all.addAll(lost);
        all.addAll(stuck);
        all.addAll(others);
        return all;
    }

    @Override
    public String toString() {
        return ("%d kills (%d managers, %d TaskManagers, %d JobManagers), %d pauses, %d broken connections, %d failed jobs,"
                        + " %d restarts from the recorded savepoint, %d requests (%d reported as failed), %d savepoints recorded,"
                        + " %d by-pass, %d complete directories, %d duplicates, %d lost, %d stuck, %d otherwise wrong, %d excused")
                .formatted(
                        managers + taskManagers + jobManagers,
                        managers,
                        taskManagers,
                        jobManagers,
                        pauses,
                        broken,
                        failures,
                        restarts,
                        requests,
                        failedRequests,
                        recorded,
                        byPassed,
                        complete,
                        duplicates.size(),
                        lost.size(),
                        stuck.size(),
                        others.size(),
                        excused);
    }
}
