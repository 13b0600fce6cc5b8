package io.savepoint.flink.rest;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Writes a body into a file, up to a size, and gives its checksum. When it is too large or not a jar, and when the answer
 * is not the one hoped for, the connection is given up at once.
 */
final class JarBody implements BodySubscriber<String> {
    private static final byte[] ZIP = {'P', 'K'};

    private final PartialJar jar;
    private final long maxBytes;
    private final Optional<DownloadException> hopeless;
    private final CompletableFuture<String> result = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private long size;

    private JarBody(PartialJar jar, long maxBytes, Optional<DownloadException> hopeless) {
        this.jar = jar;
        this.maxBytes = maxBytes;
        this.hopeless = hopeless;
    }

    static BodyHandler<String> into(PartialJar jar, long maxBytes) {
        return info -> new JarBody(jar, maxBytes, hopeless(info, maxBytes));
    }

    private static Optional<DownloadException> hopeless(ResponseInfo info, long maxBytes) {
        if (info.statusCode() != 200) {
            return Optional.of(DownloadException.status(info.statusCode()));
        }
        boolean large = info.headers().firstValueAsLong("Content-Length").orElse(0) > maxBytes;
        return large ? Optional.of(DownloadException.tooLarge(maxBytes)) : Optional.empty();
    }

    @Override
    public CompletionStage<String> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        if (subscription != null) {
            newSubscription.cancel();
            return;
        }
        subscription = newSubscription;
        if (hopeless.isPresent()) {
            giveUp(hopeless.get());
        } else {
            newSubscription.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
        if (result.isDone() || subscription == null) {
            return;
        }
        for (ByteBuffer item : items) {
            for (int at = 0; at < item.remaining() && size + at < ZIP.length; at++) {
                if (item.get(item.position() + at) != ZIP[(int) size + at]) {
                    giveUp(DownloadException.notAJar());
                    return;
                }
            }
            size += item.remaining();
        }
        if (size > maxBytes) {
            giveUp(DownloadException.tooLarge(maxBytes));
            return;
        }
        try {
            jar.write(items);
        } catch (IOException e) {
            giveUp(DownloadException.cache(String.valueOf(jar.file().getParent()), e));
            return;
        }
        subscription.request(1);
    }

    private void giveUp(DownloadException why) {
        if (subscription != null) {
            subscription.cancel();
        }
        result.completeExceptionally(why);
    }

    @Override
    public void onError(Throwable throwable) {
        result.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
        if (size < ZIP.length) {
            result.completeExceptionally(DownloadException.notAJar());
        } else if (!result.isDone()) {
            result.complete(jar.sha256());
        }
    }
}
