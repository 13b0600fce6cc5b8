package io.savepoint.simulation;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a mutant, and simulates with it until an invariant is violated. */
final class MutantLab {
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    private final Path directory;

    /**
     * Makes a lab.
     *
     * @param directory where the classes of mutants go
     */
    MutantLab(Path directory) {
        this.directory = directory;
    }

    /**
     * How a mutant died.
     *
     * @param seed the run that killed it
     * @param checker the invariant that was violated
     * @param violation the violation
     */
    record Death(long seed, String checker, String violation) {}

    /** Simulates with a mutant. */
    Optional<Death> hunt(Mutant mutant, long firstSeed, long seeds) {
        Path classes = compile(mutant);
        try (MutantLoader loader = new MutantLoader(classes)) {
            Method run = loader.loadClass(Replay.class.getName())
                    .getDeclaredMethod("firstViolation", long.class, long.class);
            run.setAccessible(true);
            List<?> found = (List<?>) run.invoke(null, firstSeed, seeds);
            return found.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Death(
                            Long.parseLong(found.get(0).toString()),
                            found.get(1).toString(),
                            found.get(2).toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("mutant '" + mutant + "' could not be simulated", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("mutant '" + mutant + "' could not be loaded", e);
        }
    }

    private Path compile(Mutant mutant) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("mutants need the compiler of a JDK; run the tests on one");
        }
        StringWriter messages = new StringWriter();
        try {
            Path classes = Files.createTempDirectory(directory, "mutant");
            List<String> options = List.of("-proc:none", "-nowarn", "-cp", CLASS_PATH, "-d", classes.toString());
            boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(new Source(mutant)))
                    .call();
            if (!compiled) {
                throw new IllegalStateException("mutant '" + mutant + "' does not compile:\n" + messages);
            }
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(Mutant mutant) throws IOException {
            super(URI.create("string:///" + mutant.className().replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = mutant.source();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Loads our classes anew, those of the mutant first, and takes everything else from where it is. */
    static final class MutantLoader extends URLClassLoader {
        MutantLoader(Path classes) throws MalformedURLException {
            super(urls(classes), MutantLab.class.getClassLoader());
        }

        private static URL[] urls(Path classes) throws MalformedURLException {
            List<String> entries = Arrays.asList(CLASS_PATH.split(java.io.File.pathSeparator));
            URL[] urls = new URL[entries.size() + 1];
            urls[0] = classes.toUri().toURL();
            for (int i = 0; i < entries.size(); i++) {
                urls[i + 1] = Path.of(entries.get(i)).toUri().toURL();
            }
            return urls;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.savepoint.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
