package io.savepoint.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTest {
    @Test
    void explore() {
        long from = Long.getLong("simulation.from", 1);
        long runs = Long.getLong("simulation.runs", 200);
        Coverage coverage = new Coverage();
        int bad = 0;
        long began = System.nanoTime();
        long requests = 0;
        for (long seed = from; seed < from + runs; seed++) {
            Simulation.Result result;
            try {
                result = Simulation.run(PlanMaker.of(seed), false);
            } catch (RuntimeException e) {
                System.out.println(seed + " threw");
                e.printStackTrace(System.out);
                if (++bad > 10) break;
                continue;
            }
            coverage.add(result.coverage());
            requests += result.requests();
            if (result.violation().isPresent()) {
                System.out.println(seed + " " + result.violation().get());
                if (++bad > Integer.getInteger("simulation.bad", 10)) {
                    break;
                }
            }
        }
        System.out.println(
                runs + " runs in " + (System.nanoTime() - began) / 1_000_000 + " ms, " + requests + " requests, "
                        + coverage.faults() + " faults, least " + coverage.leastPair() + " of " + Coverage.pairs());
        System.out.println(coverage.below(20));
        assertThat(bad).isZero();
    }
}
