package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.savepoint.spi.FlinkUnreachableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a file system that hangs does to launches. */
@Timeout(120)
class JarFilesTest {
    private static final String JAR = "/nfs/a.jar";

    private final JarFiles files = new JarFiles(Duration.ofMillis(300));
    private final CountDownLatch mounted = new CountDownLatch(1);

    @AfterEach
    void end() {
        mounted.countDown();
    }

    private CompletableFuture<String> hang(JarFiles files, String jar) {
        return files.off(CLUSTER, jar, () -> {
            try {
                mounted.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return jar;
        });
    }

    @Test
    void aLateFileIsToldByClusterAndName() {
        assertThat(failure(hang(files, JAR)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll(CLUSTER.toString(), "'" + JAR + "'", "within 0.3 s");
    }

    @Test
    void aJarThatHangsHoldsUpNeitherOtherJarsNorOtherTransports() {
        JarFiles patient = new JarFiles(Duration.ofMinutes(1));
        IntStream.range(0, 20).forEach(i -> hang(patient, JAR));
        assertThat(answer(patient.off(CLUSTER, "/local/b.jar", () -> "b"))).isEqualTo("b");

        IntStream.range(0, 20).forEach(i -> hang(patient, "/nfs/" + i + ".jar"));
        JarFiles others = new JarFiles(Duration.ofMinutes(1));
        assertThat(answer(others.off(CLUSTER, JAR, () -> "a"))).isEqualTo("a");
    }

    @Test
    void whatWasGivenUpIsRefusedUntilTheFileSystemAnswersAndIsNotDoneThen() {
        CompletableFuture<String> hanging = hang(files, JAR);
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Integer> behind = files.off(CLUSTER, JAR, done::incrementAndGet);
        failure(hanging);
        failure(behind);
        assertThat(failure(files.off(CLUSTER, JAR, done::incrementAndGet)))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll(CLUSTER.toString(), "'" + JAR + "'", "earlier attempts");

        mounted.countDown();
        // What comes next is in a queue behind the others.
        await().until(() -> !files.off(CLUSTER, JAR, () -> "a").isCompletedExceptionally());
        assertThat(done).hasValue(0);
    }

    @Test
    void waitsForABoundedNumberOfJars() {
        JarFiles patient = new JarFiles(Duration.ofMinutes(1));
        List<CompletableFuture<String>> all = IntStream.range(0, JarFiles.MOST_WAITING + 100)
                .mapToObj(i -> hang(patient, "/nfs/" + i + ".jar"))
                .toList();
        CompletableFuture<String> last = all.get(all.size() - 1);
        assertThat(last.isDone()).isTrue();
        assertThat(failure(last)).isInstanceOf(FlinkUnreachableException.class).hasMessageContaining("too many");

        List<CompletableFuture<String>> same = Stream.generate(() -> hang(patient, "/nfs/0.jar"))
                .limit(JarFiles.MOST_WAITING + 100)
                .toList();
        assertThat(same.get(same.size() - 1).isDone()).isTrue();
        mounted.countDown();
        assertThat(answer(all.get(0))).isEqualTo("/nfs/0.jar");
        assertThat(answer(same.get(0))).isEqualTo("/nfs/0.jar");
    }
}
