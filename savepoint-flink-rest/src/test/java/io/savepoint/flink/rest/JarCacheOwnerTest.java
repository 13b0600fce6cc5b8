package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.Asking.CLUSTER;
import static io.savepoint.flink.rest.Asking.answer;
import static io.savepoint.flink.rest.Asking.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the cache trusts: nobody but the process's user, and root with the directory that holds it. */
class JarCacheOwnerTest extends Downloading {
    private Path place;

    @BeforeEach
    void lookForPermissions() {
        place = kept.resolve(sha256(JAR));
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("unix"),
                "needs a file system with POSIX owners and permissions");
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static Path permit(Path file, String permissions) throws IOException {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /** Gives a file to another user, as root may. */
    private static void giveAway(Path file) {
        assertThat(file).exists();
        try {
            UserPrincipal nobody =
                    file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            assumeTrue(!nobody.equals(Files.getOwner(file)), "needs another user than nobody");
            Files.setOwner(file, nobody);
        } catch (IOException e) {
            abort("only root may give a file to another user, and to one that there is: " + e);
        }
    }

    private DownloadingJobLauncher restarted() {
        return DownloadingJobLauncher.create(delegate, cache);
    }

    private void assertRefused(Path refused, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(this::restarted)
                .withMessageStartingWith(
                        "cacheDirectory must be a directory that no other user can change: '" + refused + "'")
                .withMessageContaining(why);
    }

    @Test
    void onlyItsOwnerMayLookIntoWhatItMakes() throws IOException {
        cache = directory.resolve("a/b");
        answer(restarted().launch(CLUSTER, request()));
        Path jar = delegate.lastJar();
        assertThat(permissions(jar)).isEqualTo("rw-------");
        for (Path made = jar.getParent(); !made.equals(directory); made = made.getParent()) {
            assertThat(permissions(made)).as(made.toString()).isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxrwx---", "rwxr-xr-x"})
    void keepsJarsOutOfReachInADirectoryThatIsNot(String mounted) throws IOException {
        permit(cache, mounted);
        answer(restarted().launch(CLUSTER, request()));
        assertThat(permissions(cache)).isEqualTo(mounted);
        assertThat(permissions(kept)).isEqualTo("rwx------");
        assertThat(delegate.lastJar()).isEqualTo(place.resolve("job.jar")).hasBinaryContent(JAR);
    }

    /** As Kubernetes does to the directories of a volume with an {@code fsGroup}. */
    @Test
    void takesFromOthersWhatTheyWereGivenInTheMeantime() throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        permit(kept, "rwxrwx---");
        permit(place, "rwxrwxrwx");
        answer(restarted().launch(CLUSTER, request()));
        assertThat(permissions(kept)).isEqualTo("rwx------");
        assertThat(permissions(place)).isEqualTo("rwx------");
    }

    @Test
    void refusesACacheOfAnotherUser() {
        giveAway(cache);
        assertRefused(cache, "belongs to the user 'nobody' (uid ");
        assertRefused(cache, "who could change the jars in it; remove it, or use another directory");
    }

    @Test
    void refusesADirectoryOfAnotherUserInItsPlace() throws IOException {
        permit(cache, "rwxrwxrwx");
        permit(kept, "rwxrwxrwx");
        giveAway(kept);
        assertRefused(kept, "belongs to the user 'nobody'");
    }

    @Test
    void refusesSymbolicLinks() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.delete(kept);
        Files.createSymbolicLink(kept, elsewhere);
        assertRefused(kept, "is a symbolic link; use the directory that it leads to, or remove it");

        Files.delete(kept);
        Files.delete(cache);
        Files.createSymbolicLink(cache, elsewhere);
        assertRefused(cache, "is a symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
    }

    /** What cleans a directory for temporary files removes the cache, and another user makes it again. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void launchesNothingOfADirectoryThatBecameAnotherUsers(boolean all) throws IOException {
        answer(launcher.launch(CLUSTER, request()));
        Path jar = delegate.lastJar();
        Files.write(jar, jar(8));
        giveAway(all ? cache : kept);
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContainingAll(
                        "jarFile '" + SERVER.baseUrl() + PATH + "'", "belongs to the user 'nobody'", "Nothing was");
        assertThat(delegate.launched).hasSize(1);
    }

    @Test
    void storesNothingInADirectoryOfAnotherUser() throws IOException {
        giveAway(Files.createDirectory(place));
        assertThat(failure(launcher.launch(CLUSTER, request())))
                .isInstanceOf(FlinkUnreachableException.class)
                .hasMessageContaining("'" + place + "' belongs to the user 'nobody'");
        assertThat(cached()).isEmpty();
    }

    private static byte[] planted() {
        byte[] other = JAR.clone();
        other[other.length / 2]++;
        return other;
    }

    @Test
    void doesNotUseAPlantedJarOfTheSameSize() throws IOException {
        Files.createDirectory(place);
        Path jar = permit(Files.write(place.resolve("job.jar"), planted()), "rw-------");
        answer(launcher.launch(CLUSTER, request()));
        assertThat(delegate.lastJar()).isEqualTo(jar).hasBinaryContent(JAR);
        assertThat(cached()).containsExactly(jar);
    }

    /** Who may write to a file, by a hard link to it for one, may do so later. */
    @Test
    void doesNotUseAJarThatOthersMayWriteTo() throws IOException {
        Files.createDirectory(place);
        Path jar = permit(Files.write(place.resolve("job.jar"), JAR), "rw-rw----");
        Path link = Files.createLink(directory.resolve("link"), jar);
        answer(launcher.launch(CLUSTER, request()));
        Files.write(link, planted());
        assertThat(delegate.lastJar()).isEqualTo(jar).hasBinaryContent(JAR);
        assertThat(permissions(jar)).isEqualTo("rw-------");
    }

    @Test
    void doesNotUseAJarOfAnotherUser() throws IOException {
        Files.createDirectory(place);
        Path jar = permit(Files.write(place.resolve("job.jar"), JAR), "rw-------");
        giveAway(jar);
        answer(launcher.launch(CLUSTER, request()));
        assertThat(delegate.lastJar()).isEqualTo(jar).hasBinaryContent(JAR);
        assertThat(Files.getOwner(jar)).isEqualTo(Files.getOwner(kept));
    }

    @Test
    void replacesALinkAndNotWhatItLeadsTo() throws IOException {
        Files.createDirectory(place);
        Path elsewhere = Files.write(directory.resolve("elsewhere"), JAR);
        Path jar = Files.createSymbolicLink(place.resolve("job.jar"), elsewhere);
        answer(launcher.launch(CLUSTER, request()));
        Files.write(elsewhere, planted());
        assertThat(jar).isRegularFile().hasBinaryContent(JAR);
        assertThat(Files.isSymbolicLink(jar)).isFalse();
    }

    /** A process in a container may have a user without a name; what is no such line tells nothing. */
    @ParameterizedTest
    @CsvSource({"10001, 10001", "4000000000, -294967296"})
    void readsTheUserOfTheProcess(String number, int uid) throws IOException {
        Path status = Files.writeString(
                directory.resolve("status"), "Name:\tUid:\nUid:\t1\t1\t1\t" + number + "\nGid:\t2\t2\t2\t2\n");
        assertThat(ProcessUser.uid(status)).isEqualTo(uid);
        Files.writeString(status, "Name:\tUid:\n");
        assertThat(ProcessUser.uid(status)).isEqualTo(ProcessUser.uidOf(status));
        Files.delete(status);
        assertThat(ProcessUser.uid(status)).isEqualTo(ProcessUser.uidOf(cache));
        assertThat(ProcessUser.uid()).isEqualTo(ProcessUser.uidOf(cache));
    }
}
