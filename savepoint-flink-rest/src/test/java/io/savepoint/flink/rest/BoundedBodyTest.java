package io.savepoint.flink.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is kept of a body while it arrives. */
class BoundedBodyTest {
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private BodySubscriber<byte[]> upTo(int limit) {
        BodySubscriber<byte[]> body = BoundedBody.upTo(limit).apply(new ResponseInfo() {
            @Override
            public int statusCode() {
                return 200;
            }

            @Override
            public HttpHeaders headers() {
                return HttpHeaders.of(Map.of(), (name, value) -> true);
            }

            @Override
            public HttpClient.Version version() {
                return HttpClient.Version.HTTP_1_1;
            }
        });
        body.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                cancelled.set(true);
            }
        });
        return body;
    }

    private static ByteBuffer buffer(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsNoBufferOfThePiecesThatArrive() {
        BodySubscriber<byte[]> body = upTo(1000);
        byte[] reused = new byte[16 * 1024];
        for (byte b = 0; b < 100; b++) {
            reused[9000] = b;
            body.onNext(List.of(ByteBuffer.wrap(reused, 9000, 1)));
        }
        body.onComplete();
        byte[] received = Asking.answer(body.getBody());
        assertThat(received).hasSize(100);
        for (byte b = 0; b < 100; b++) {
            assertThat(received[b]).isEqualTo(b);
        }
    }

    @Test
    void takesAsMuchAsIsAllowedAndNoByteMore() {
        BodySubscriber<byte[]> whole = upTo(10);
        whole.onNext(List.of(buffer("01234"), buffer("56789")));
        whole.onComplete();
        assertThat(Asking.answer(whole.getBody())).asString().isEqualTo("0123456789");
        assertThat(cancelled).isFalse();

        BodySubscriber<byte[]> more = upTo(10);
        more.onNext(List.of(buffer("01234"), buffer("56789"), buffer("x"), buffer("y")));
        more.onNext(List.of(buffer("z")));
        more.onComplete();
        assertThat(Asking.failure(more.getBody())).isInstanceOf(BodyTooLargeException.class);
        assertThat(cancelled).isTrue();
    }
}
