package io.savepoint.examples.job;

import java.io.IOException;
import java.util.Collections;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts by key in keyed state, and publishes which counts went into each snapshot and which were found after a restore.
 *
 * <p>The keyed state is what counts. As it can't be listed, the counts are mirrored in memory, and the description of a
 * snapshot is put into the snapshot itself as operator state: after a restore it says which keys to look for.
 */
final class CountingFunction extends KeyedProcessFunction<Long, Long, Long> implements CheckpointedFunction {

    private static final long serialVersionUID = 1L;

    private final ControlDirectory control;
    private final long snapshotMillis;
    private final boolean countAsText;

    private transient String jobId;
    private transient ValueState<Long> count;
    private transient ListState<String> description;
    private transient Counts mirror;
    private transient Properties restoredFrom;
    private transient Counts found;
    private transient Set<Long> unread;

    CountingFunction(ControlDirectory control, long snapshotMillis, boolean countAsText) {
        this.control = control;
        this.snapshotMillis = snapshotMillis;
        this.countAsText = countAsText;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        jobId = jobId(getRuntimeContext());
        if (countAsText) {
            // Throws if there is a count in the state that is restored: that is a number.
            context.getKeyedStateStore().getState(new ValueStateDescriptor<>("count", String.class));
        }
        count = context.getKeyedStateStore().getState(new ValueStateDescriptor<>("count", Long.class));
        description =
                context.getOperatorStateStore().getListState(new ListStateDescriptor<>("description", String.class));
        mirror = new Counts();
        found = new Counts();
        unread = new TreeSet<>();
        restoredFrom = null;
        for (String snapshot : description.get()) {
            restoredFrom = Counts.parse(snapshot);
            mirror = Counts.of(restoredFrom);
            unread.addAll(mirror.byKey.keySet());
        }
        if (unread.isEmpty()) {
            publishRestored();
        }
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
        control.failIfTold();
        Long key = context.getCurrentKey();
        Long before = count.value();
        if (unread.remove(key)) {
            found.byKey.put(key, before == null ? 0 : before);
            if (unread.isEmpty()) {
                publishRestored();
            }
        }
        Long after = before == null ? 1 : before + 1;
        count.update(after);
        mirror.byKey.put(key, after);
        out.collect(after);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        String snapshot = mirror.describeSnapshot(jobId, context.getCheckpointId());
        description.update(Collections.singletonList(snapshot));
        control.publish("snapshot-" + jobId + "-" + context.getCheckpointId(), snapshot);
        control.holdSnapshot(snapshotMillis);
    }

    private void publishRestored() throws IOException {
        String text = restoredFrom == null ? "job=" + jobId + "\n" : found.describeRestored(jobId, restoredFrom);
        control.publish("restored-" + jobId, text);
    }

    /** By reflection: the method of Flink 1.13 is gone in Flink 2, and its successor isn't in Flink 1.13. */
    private static String jobId(RuntimeContext context) throws ReflectiveOperationException {
        try {
            Object jobInfo = RuntimeContext.class.getMethod("getJobInfo").invoke(context);
            // Through the interface, as the class that implements it isn't public.
            Class<?> type = RuntimeContext.class.getMethod("getJobInfo").getReturnType();
            return type.getMethod("getJobId").invoke(jobInfo).toString();
        } catch (NoSuchMethodException old) {
            return RuntimeContext.class.getMethod("getJobId").invoke(context).toString();
        }
    }
}
