package io.savepoint.examples.job;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Counts the numbers of a sequence by key, slowly and for ever, with state worth a savepoint.
 *
 * <p>One binary for every Flink from 1.13 on, so it uses only classes whose names never moved. All operators have uids.
 *
 * <pre>
 * --control-dir DIR          directory through which the job is controlled and watched, see below; none by default
 * --sleep-ms N               pause after each number; 2 by default
 * --keys N                   number of keys; 16 by default
 * --records N                end after so many numbers; never by default
 * --snapshot-millis N        how long the counter's part of a snapshot takes; 0 by default
 * --checkpoint-interval MS   take checkpoints; off by default
 * --restart-attempts N       let Flink restart the job so often; never by default, so that one failure makes it FAILED
 * --extra-operator           add a stateful operator with the uid "extra"
 * --count-as-text            take the counts for text: Flink starts such a job from a savepoint, and then it fails
 * </pre>
 *
 * <p>These files in the control directory are obeyed while they exist:
 *
 * <pre>
 * fail                       the job deletes it and throws: one file is one failure, and a restarted job lives
 * snapshot-millis            its content overrides --snapshot-millis
 * block-snapshot             a snapshot doesn't end
 * fail-snapshot              a snapshot throws at its end
 * </pre>
 *
 * <p>And these the job writes, each in one move, in the form of Java properties:
 *
 * <pre>
 * state/snapshot-JOB-CHECKPOINT   written when a snapshot begins: job, checkpoint, and count.KEY for each key in it
 * state/restored-JOB              written at the start of an attempt: job, from.job and from.checkpoint of the snapshot it was
 *                                 restored from, and count.KEY as really found in the keyed state. A job that starts with
 *                                 nothing has no "from" and no counts. As a key's state can be read only when a number with
 *                                 that key comes by, it takes a few numbers until the file is there.
 * </pre>
 */
public final class CounterJob {

    private CounterJob() {}

    /**
     * Builds the job and hands it to Flink.
     *
     * @param args the options described above
     * @throws Exception if an option is wrong or Flink doesn't take the job
     */
    public static void main(String[] args) throws Exception {
        JobOptions options = JobOptions.parse(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(restartStrategy(options));
        if (options.checkpointInterval > 0) {
            env.enableCheckpointing(options.checkpointInterval);
        }

        SingleOutputStreamOperator<Long> counts = env.fromSource(
                        new NumberSequenceSource(0, options.records - 1), WatermarkStrategy.noWatermarks(), "numbers")
                .uid("numbers")
                .map(new Throttle(options.sleepMillis))
                .name("throttle")
                .uid("throttle")
                .keyBy(new KeyOf(options.keys), Types.LONG)
                .process(new CountingFunction(options.controlDirectory(), options.snapshotMillis, options.countAsText))
                .name("counter")
                .uid("counter")
                // One subtask sees all keys, which makes the files it writes exact whatever the job's parallelism is.
                .setParallelism(1);
        if (options.extraOperator) {
            counts = counts.map(new TotalFunction()).name("extra").uid("extra");
        }
        counts.filter(new Drop()).name("drop").uid("drop");

        env.execute("counter");
    }

    private static Configuration restartStrategy(JobOptions options) {
        Configuration configuration = new Configuration();
        String type = options.restartAttempts > 0 ? "fixed-delay" : "none";
        // Flink 1.13 knows the first name only, Flink 2 prefers the second.
        configuration.setString("restart-strategy", type);
        configuration.setString("restart-strategy.type", type);
        configuration.setString("restart-strategy.fixed-delay.attempts", Integer.toString(options.restartAttempts));
        configuration.setString("restart-strategy.fixed-delay.delay", "500 ms");
        return configuration;
    }

    // Classes instead of lambdas: Flink's closure cleaner and type extraction have nothing to find out about them.

    private static final class Throttle implements MapFunction<Long, Long> {
        private final long millis;

        Throttle(long millis) {
            this.millis = millis;
        }

        @Override
        public Long map(Long number) throws InterruptedException {
            Thread.sleep(millis);
            return number;
        }
    }

    private static final class KeyOf implements KeySelector<Long, Long> {
        private final long keys;

        KeyOf(long keys) {
            this.keys = keys;
        }

        @Override
        public Long getKey(Long number) {
            return number % keys;
        }
    }

    private static final class Drop implements FilterFunction<Long> {
        @Override
        public boolean filter(Long count) {
            return false;
        }
    }
}
