package io.savepoint.flink.rest;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body up to a size; beyond it the connection is given up at once. What arrives is copied: it may come in pieces of
 * one byte, each of which would keep the whole buffer that it lies in.
 */
final class BoundedBody implements BodySubscriber<byte[]> {
    private final int limit;
    private final boolean announcedTooLarge;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private byte[] received = new byte[0];
    private int size;

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
            if (item.remaining() > limit - size) {
                if (subscription != null) {
                    giveUp(subscription);
                }
                return;
            }
            add(item);
        }
    }

    private void add(ByteBuffer item) {
        int length = item.remaining();
        if (length > received.length - size) {
            received = Arrays.copyOf(received, (int) Math.min(limit, Math.max(size + length, 2L * received.length)));
        }
        item.get(received, size, length);
        size += length;
    }

    private void giveUp(Subscription from) {
        received = new byte[0];
        from.cancel();
        result.completeExceptionally(new BodyTooLargeException("the answer has more than " + limit + " bytes"));
    }

    @Override
    public void onError(Throwable throwable) {
        received = new byte[0];
        result.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
        if (!result.isDone()) {
            result.complete(size == received.length ? received : Arrays.copyOf(received, size));
            received = new byte[0];
        }
    }
}
