package io.savepoint.examples.operator;

import java.nio.file.Path;

/** The manifest of a FlinkCluster named {@code orders} that runs the counter job. */
final class CounterManifest {
    private CounterManifest() {}

    /** @param lines more fields of {@code spec.job}; from the second line on, indented by four blanks */
    static String of(Path control, Path savepoints, String lines) {
        return of(System.getProperty("counter.job.jar"), control, savepoints, lines);
    }

    static String of(String jar, Path control, Path savepoints, String lines) {
        return """
                apiVersion: flinkoperator.k8s.io/v1beta1
                kind: FlinkCluster
                metadata:
                  name: orders
                spec:
                  job:
                    jarFile: %s
                    className: io.savepoint.examples.job.CounterJob
                    args: [--control-dir, %s]
                    savepointsDir: %s
                    %s
                """.formatted(jar, control, savepoints.toUri(), lines);
    }
}
