package io.savepoint.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A deliberate bug in the real source: some text of a file is replaced by another, so that it is plain what is broken.
 *
 * @param name what the bug is
 * @param file the source, below {@code src}
 * @param original a text that is there exactly once
 * @param replacement what takes its place
 */
record Mutant(String name, String file, String original, String replacement) {
    private static final Path SOURCES = Path.of(System.getProperty("basedir", ""), "src");
    private static final String MAIN = "main/java/io/savepoint/";
    private static final String TEST = "test/java/io/savepoint/";

    static Mutant of(String name, String file, String original, String replacement) {
        return new Mutant(name, MAIN + file, original, replacement);
    }

    /** A bug in what stands for the outside world in a run. */
    static Mutant ofWorld(String name, String file, String original, String replacement) {
        return new Mutant(name, TEST + file, original, replacement);
    }

    /** The class with the bug in it. */
    String className() {
        return file.substring(file.indexOf("io/"), file.length() - ".java".length())
                .replace('/', '.');
    }

    /** The source with the bug in it. */
    String source() throws IOException {
        String source = Files.readString(SOURCES.resolve(file));
        List<Integer> places = List.of(source.indexOf(original), source.lastIndexOf(original));
        if (places.get(0) < 0 || !places.get(0).equals(places.get(1))) {
            throw new IllegalStateException("mutant '" + name + "': the text to replace must be in " + file
                    + " exactly once; adapt it to the present code: " + original);
        }
        return source.replace(original, replacement);
    }

    @Override
    public String toString() {
        return name;
    }
}
