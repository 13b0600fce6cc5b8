package io.savepoint.examples.it;

import io.savepoint.examples.cluster.LocalFlink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scenarios on every version of Flink, one after the other, with one real cluster for each; what came of them is
 * printed as a table. {@code mvn -Pflink-matrix verify} runs it.
 */
@ParameterizedClass(name = "Flink {0}")
@MethodSource("versions")
@Tag("flink-matrix")
@Timeout(180)
class FlinkMatrixIT {
    private static final MatrixTable TABLE = new MatrixTable(versions());

    private static LocalFlink flink;

    @Parameter
    String version;

    @TempDir
    Path directory;

    static List<String> versions() {
        return List.of(System.getProperty("flink.versions").trim().split("[ ,]+"));
    }

    @BeforeParameterizedClassInvocation
    static void startFlink(String version) throws Exception {
        // So that a run which ends here leaves no table of an earlier one.
        writeTable();
        String minor = version.substring(0, version.lastIndexOf('.'));
        flink = LocalFlink.builder(
                        Path.of(System.getProperty("flink.modules"), minor, "target", "flink-" + version, "lib"))
                .start();
    }

    @AfterParameterizedClassInvocation
    static void closeFlink(String version) throws Exception {
        if (flink != null) {
            flink.close();
            flink = null;
        }
        writeTable();
        if (version.equals(versions().get(versions().size() - 1))) {
            System.out.println(TABLE.markdown());
        }
    }

    private static void writeTable() throws IOException {
        TABLE.write(Path.of(System.getProperty("flink.matrix")));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void holds(MatrixScenario scenario) throws Exception {
        TABLE.record(version, scenario, "failed");
        String outcome;
        try (FlinkWorld world = FlinkWorld.inMemory(flink, directory)) {
            outcome = scenario.play(world);
        }
        TABLE.record(version, scenario, outcome);
    }
}
