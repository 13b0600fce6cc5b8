package io.savepoint.examples.it;

import io.savepoint.model.ClusterId;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.FlinkTransport;
import io.savepoint.spi.FlinkUnreachableException;
import io.savepoint.spi.SavepointRequest;
import io.savepoint.testing.ForwardingTransport;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** What may happen to a request for a savepoint on its way: Flink does what it was asked for, and more or less than that is heard. */
final class UnreliableTransport extends ForwardingTransport {
    private final Trouble trouble;
    private final AtomicInteger struck = new AtomicInteger();

    enum Trouble {
        /** The connection breaks before the answer comes. */
        ANSWER_LOST,
        /** The request arrives a second time, when it has been answered. */
        DELIVERED_TWICE
    }

    UnreliableTransport(FlinkTransport transport, Trouble trouble) {
        super(transport);
        this.trouble = trouble;
    }

    /** How many requests it has happened to. */
    int struck() {
        return struck.get();
    }

    @Override
    public CompletionStage<TriggerId> triggerSavepoint(ClusterId cluster, SavepointRequest request) {
        CompletionStage<TriggerId> answer = super.triggerSavepoint(cluster, request);
        struck.incrementAndGet();
        return switch (trouble) {
            case ANSWER_LOST -> answer.thenApply(UnreliableTransport::lose);
            case DELIVERED_TWICE -> answer.thenCompose(first -> super.triggerSavepoint(cluster, request));
        };
    }

    @Override
    public CompletionStage<TriggerId> stopWithSavepoint(ClusterId cluster, SavepointRequest request, boolean drain) {
        CompletionStage<TriggerId> answer = super.stopWithSavepoint(cluster, request, drain);
        struck.incrementAndGet();
        return switch (trouble) {
            case ANSWER_LOST -> answer.thenApply(UnreliableTransport::lose);
            case DELIVERED_TWICE -> answer.thenCompose(first -> super.stopWithSavepoint(cluster, request, drain));
        };
    }

    private static TriggerId lose(TriggerId answer) {
        throw new FlinkUnreachableException("the connection broke before the answer came");
    }
}
