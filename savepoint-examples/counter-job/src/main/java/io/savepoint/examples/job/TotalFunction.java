package io.savepoint.examples.job;

import java.util.Collections;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** Has state of its own: a savepoint with it isn't restored by a job without it, unless that is explicitly allowed. */
final class TotalFunction implements MapFunction<Long, Long>, CheckpointedFunction {

    private static final long serialVersionUID = 1L;

    private transient ListState<Long> state;
    private transient long total;

    @Override
    public Long map(Long count) {
        total++;
        return count;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        state = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("total", Long.class));
        total = 0;
        for (Long part : state.get()) {
            total += part;
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        state.update(Collections.singletonList(total));
    }
}
