package io.savepoint.examples.jdbc;

import io.savepoint.examples.cluster.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server on a free port and in a temporary directory, which ends with this process. */
public final class LocalPostgres implements AutoCloseable {
    private static final Path INSTALLATIONS = Path.of("/usr/lib/postgresql");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String HOST = "127.0.0.1";
    private static final String USER = "savepoint";
    /** Ends the server when standard input ends, which the system closes however the parent ends. */
    private static final String WITH_PARENT = "\"$@\" & cat; kill -INT $!; wait";

    private final Path directory;
    private final Process process;
    private final PGSimpleDataSource dataSource;

    private LocalPostgres(Path directory, Process process, PGSimpleDataSource dataSource) {
        this.directory = directory;
        this.process = process;
        this.dataSource = dataSource;
    }

    /** {@return where the programs of an installed server are} */
    public static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(INSTALLATIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLATIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("postgres")))
                    .findAny();
        }
    }

    public static LocalPostgres start(Path programs) throws Exception {
        Path directory = Files.createTempDirectory("local-postgres-");
        List<String> asUser = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // Which the server refuses to be.
            asUser.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
        String data = directory.resolve("data").toString();
        List<String> create = new ArrayList<>(asUser);
        create.add(programs.resolve("initdb").toString());
        create.addAll(List.of("-D", data, "-U", USER, "--auth=trust", "--locale=C", "-E", "UTF8", "--no-sync"));
        Path output = Files.createTempFile("local-postgres-", ".out");
        if (run(create, output).waitFor() != 0) {
            throw new IOException("initdb failed: " + Files.readString(output));
        }

        int port = freePort();
        List<String> serve = new ArrayList<>(List.of("sh", "-c", WITH_PARENT, "sh"));
        serve.addAll(asUser);
        serve.add(programs.resolve("postgres").toString());
        serve.addAll(List.of("-D", data, "-h", HOST, "-p", Integer.toString(port), "-k", "", "-F"));
        LocalPostgres postgres = new LocalPostgres(directory, run(serve, output), dataSource(port));
        Await.answer("PostgreSQL, see " + output, TIMEOUT, postgres::connect).close();
        Files.delete(output);
        return postgres;
    }

    private static Process run(List<String> command, Path output) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }

    private static PGSimpleDataSource dataSource(int port) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {HOST});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName("postgres");
        dataSource.setUser(USER);
        return dataSource;
    }

    private Optional<Connection> connect() {
        try {
            return Optional.of(dataSource.getConnection());
        } catch (SQLException notYet) {
            return Optional.empty();
        }
    }

    public PGSimpleDataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
        try (Stream<Path> tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }
}
