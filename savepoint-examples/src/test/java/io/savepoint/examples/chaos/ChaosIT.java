package io.savepoint.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.savepoint.examples.cluster.LocalFlink;
import io.savepoint.examples.cluster.PlainFlinkRest;
import io.savepoint.examples.jdbc.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I2 intent-first, I3 exactly-once, I4 generation, I5 truth, I6 one-run, I7 no-lost-request, on the real thing: two managers
 * in processes of their own on one store and one Flink. Managers, TaskManagers and JobManagers are killed, managers paused
 * and connections broken at random moments, while savepoints are asked for in every way. There are {@code chaos.kills} for
 * each version of Flink, half of them on H2, half on PostgreSQL, and half as many again on Kubernetes; {@code chaos.seed}
 * repeats a run as far as time allows. Unless their number is given, each version has one of the two databases.
 */
@ParameterizedClass(name = "Flink {0}")
@ValueSource(strings = {"1.20", "2.3"})
@Timeout(3600)
class ChaosIT {
    private static final int KILLS = Integer.getInteger("chaos.kills", 4);
    private static final boolean IN_EVERY_BUILD = Integer.getInteger("chaos.kills") == null;
    private static final String ONE_OF_TWO = "the other database has this version, unless chaos.kills is given";

    private static LocalFlink flink;

    private final long seed = Long.getLong("chaos.seed", System.nanoTime());

    @Parameter
    String version;

    @TempDir
    Path directory;

    @BeforeParameterizedClassInvocation
    static void startFlink(String version) throws Exception {
        flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib." + version)))
                // Until a dead TaskManager is noticed; 50 s by default.
                .config("heartbeat.interval", "500")
                .config("heartbeat.timeout", "5000")
                .start();
    }

    @AfterParameterizedClassInvocation
    static void closeFlink() {
        if (flink != null) {
            flink.close();
        }
    }

    @Test
    void on_h2() throws Exception {
        boolean alone = LocalPostgres.programs().isEmpty();
        Assumptions.assumeTrue(alone || !IN_EVERY_BUILD || version.equals("1.20"), ONE_OF_TWO);
        if (alone) {
            System.out.println("chaos: there is no PostgreSQL under /usr/lib/postgresql, so all is on H2");
        }
        run("H2", JdbcChaosStore.onH2(directory), version.equals("1.20"), alone ? KILLS : KILLS - KILLS / 2);
    }

    @Test
    void on_postgresql() throws Exception {
        Optional<Path> programs = LocalPostgres.programs();
        Assumptions.assumeTrue(programs.isPresent(), "there is no PostgreSQL under /usr/lib/postgresql");
        Assumptions.assumeTrue(!IN_EVERY_BUILD || !version.equals("1.20"), ONE_OF_TWO);
        run("PostgreSQL", JdbcChaosStore.onPostgres(programs.get()), !version.equals("1.20"), KILLS / 2);
    }

    @Test
    @Tag("kubernetes")
    void on_kubernetes() throws Exception {
        run("Kubernetes", KubernetesChaosStore.create(), version.equals("1.20"), KILLS / 2);
    }

    private void run(String name, ChaosStore store, boolean ownDirectories, int kills) throws Exception {
        PlainFlinkRest rest = new PlainFlinkRest(flink.restUrl());
        String where = "Flink " + rest.version() + " on " + name;
        System.out.println("chaos: " + where + ", seed " + seed + ": begins");
        long start = System.nanoTime();
        Tally tally;
        try (store;
                ChaosRun run = new ChaosRun(flink, directory, store, ownDirectories, new Random(seed))) {
            try {
                run.run(kills);
            } finally {
                tally = run.tally();
                System.out.printf(
                        "chaos: %s, %s; seed %d, %s, %d s%n",
                        where,
                        tally,
                        seed,
                        ownDirectories ? "directories of their own" : "one directory",
                        (System.nanoTime() - start) / 1_000_000_000L);
                if (!tally.problems().isEmpty()) {
                    tally.problems().forEach(problem -> System.out.println("chaos: " + problem));
                    Path kept = Files.createTempDirectory("chaos-");
                    System.out.println("chaos: what the managers and Flink said is in " + kept);
                    run.keepEvidence(kept);
                }
            }
        } finally {
            for (Map.Entry<String, String> job : rest.states().entrySet()) {
                if (!LiveRuns.ENDS.contains(job.getValue())) {
                    rest.cancel(job.getKey());
                }
            }
        }
        assertThat(tally.problems()).as("problems, seed %d", seed).isEmpty();
    }
}
