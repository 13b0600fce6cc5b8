package io.savepoint.benchmarks.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A JVM of its own for another main class on this class path, which ends when this process does. */
final class Child implements AutoCloseable {
    private static final String PARENT_WATCH = "io.savepoint.examples.cluster.ParentWatch";
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Map<String, Long> told = new ConcurrentHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Numbers by their names. */
    record Told(Map<String, Long> numbers) {
        long number(String name) {
            Long number = numbers.get(name);
            if (number == null) {
                throw new IllegalStateException("'" + name + "' was not told, only " + numbers);
            }
            return number;
        }
    }

    private Child(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    static Child start(Class<?> main, List<String> options, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PARENT_WATCH, main.getName()));
        command.addAll(List.of(args));
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split("=", 2);
                told.put(parts[0], parts.length == 2 ? Long.parseLong(parts[1]) : 1);
            }
        } catch (IOException e) {
            // The same as the end.
        }
        ended.countDown();
    }

    void awaitTold(String name) throws InterruptedException {
        for (int i = 0; i < PATIENCE_SECONDS * 10 && !told.containsKey(name); i++) {
            if (ended.await(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        if (!told.containsKey(name)) {
            throw new IllegalStateException(
                    "'" + name + "' was not told by " + process.info().commandLine());
        }
    }

    /** What it told of itself, once it has ended. */
    Told awaitEnd() throws InterruptedException {
        ended.await();
        process.waitFor();
        if (!told.containsKey("done")) {
            throw new IllegalStateException("a process did not come to its end: it told " + told);
        }
        return new Told(told);
    }

    /** Closes its standard input, which ends it, and waits for that. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
