package io.savepoint.examples.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What is asked for in a round, and what strikes then, in this order. */
record Round(Set<Request> requests, List<Strike> strikes) {
    /** What a user does, or what happens to the job. */
    enum Request {
        ANNOTATION,
        GENERATION,
        PERIOD,
        BY_PASS,
        JOB_FAILURE
    }

    /** What strikes. */
    enum Strike {
        KILL_MANAGER,
        KILL_TASK_MANAGER,
        KILL_JOB_MANAGER,
        PAUSE_MANAGER,
        BREAK_CONNECTION,
        REFUSE_CONNECTIONS
    }

    boolean endsTheRun() {
        return requests.contains(Request.JOB_FAILURE)
                || strikes.contains(Strike.KILL_TASK_MANAGER)
                || strikes.contains(Strike.KILL_JOB_MANAGER);
    }

    static Round quiet() {
        return new Round(EnumSet.of(Request.ANNOTATION), List.of());
    }

    /** Rounds that need as many kills, most of them of managers: those of Flink's processes take far longer to get over. */
    static Deque<Round> rounds(int kills, Random random) {
        int jobManagers = Math.round(kills * 0.06f);
        int taskManagers = Math.round(kills * 0.06f);
        if (kills > 0 && jobManagers + taskManagers == 0) {
            jobManagers = random.nextInt(2);
            taskManagers = 1 - jobManagers;
        }
        List<Strike> deck = new ArrayList<>(Collections.nCopies(jobManagers, Strike.KILL_JOB_MANAGER));
        deck.addAll(Collections.nCopies(taskManagers, Strike.KILL_TASK_MANAGER));
        deck.addAll(Collections.nCopies(kills - deck.size(), Strike.KILL_MANAGER));
        Collections.shuffle(deck, random);
        Deque<Strike> left = new ArrayDeque<>(deck);
        Deque<Round> rounds = new ArrayDeque<>();
        while (!left.isEmpty()) {
            rounds.add(next(left, random));
        }
        return rounds;
    }

    private static Round next(Deque<Strike> left, Random random) {
        List<Strike> strikes = new ArrayList<>();
        strikes.add(left.remove());
        if (!left.isEmpty() && left.peek() == Strike.KILL_MANAGER && chance(random, 35)) {
            strikes.add(left.remove());
        }
        if (chance(random, 25)) {
            strikes.add(Strike.PAUSE_MANAGER);
        }
        if (chance(random, 60)) {
            strikes.add(chance(random, 85) ? Strike.BREAK_CONNECTION : Strike.REFUSE_CONNECTIONS);
        }
        Collections.shuffle(strikes, random);
        boolean flinkDies = strikes.contains(Strike.KILL_JOB_MANAGER) || strikes.contains(Strike.KILL_TASK_MANAGER);
        return new Round(requests(flinkDies, random), strikes);
    }

    private static Set<Request> requests(boolean flinkDies, Random random) {
        Set<Request> requests = EnumSet.noneOf(Request.class);
        int choice = random.nextInt(100);
        if (choice < 40) {
            requests.add(Request.ANNOTATION);
        } else if (choice < 75) {
            requests.add(Request.GENERATION);
        } else if (choice < 90) {
            requests.add(Request.PERIOD);
        } else {
            // One end of the run is enough for a round: which of two it was could not be told.
            requests.add(flinkDies ? Request.ANNOTATION : Request.JOB_FAILURE);
        }
        if (chance(random, 30)) {
            requests.add(random.nextBoolean() ? Request.ANNOTATION : Request.GENERATION);
        }
        if (chance(random, 10)) {
            requests.add(Request.BY_PASS);
        }
        return requests;
    }

    private static boolean chance(Random random, int percent) {
        return random.nextInt(100) < percent;
    }
}
