package io.savepoint.flink.rest;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Reads a body up to a size; beyond it the connection is given up at once. */
final class BoundedBody implements BodySubscriber<byte[]> {
    private final int limit;
    private final boolean announcedTooLarge;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private final List<ByteBuffer> received = new ArrayList<>();
    private @Nullable Subscription subscription;
    private long size;

    private BoundedBody(int limit, boolean announcedTooLarge) {
        this.limit = limit;
        this.announcedTooLarge = announcedTooLarge;
    }

    static BodyHandler<byte[]> upTo(int limit) {
        return info -> new BoundedBody(
                limit, info.headers().firstValueAsLong("Content-Length").orElse(0) > limit);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        if (subscription != null) {
            newSubscription.cancel();
            return;
        }
        subscription = newSubscription;
        if (announcedTooLarge) {
            giveUp(newSubscription);
        } else {
            newSubscription.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
        if (result.isDone()) {
            return;
        }
        for (ByteBuffer item : items) {
            size += item.remaining();
            received.add(item);
        }
        if (size > limit && subscription != null) {
            giveUp(subscription);
        }
    }

    private void giveUp(Subscription from) {
        received.clear();
        from.cancel();
        result.completeExceptionally(new BodyTooLargeException("the answer has more than " + limit + " bytes"));
    }

    @Override
    public void onError(Throwable throwable) {
        received.clear();
        result.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
        if (result.isDone()) {
            return;
        }
        byte[] body = new byte[(int) size];
        int at = 0;
        for (ByteBuffer item : received) {
            int length = item.remaining();
            item.get(body, at, length);
            at += length;
        }
        received.clear();
        result.complete(body);
    }
}
