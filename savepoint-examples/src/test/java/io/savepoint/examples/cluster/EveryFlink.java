package io.savepoint.examples.cluster;

import java.nio.file.Path;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Has the tests of a class run on a real cluster of every version of Flink that there is, one cluster for all of them. */
@ParameterizedClass(name = "Flink {0}")
@ValueSource(strings = {"1.20", "2.3"})
public abstract class EveryFlink {
    protected static LocalFlink flink;

    @Parameter
    protected String version;

    @BeforeParameterizedClassInvocation
    static void startFlink(String version) throws Exception {
        flink = LocalFlink.builder(Path.of(System.getProperty("flink.lib." + version)))
                .start();
    }

    @AfterParameterizedClassInvocation
    static void closeFlink() {
        if (flink != null) {
            flink.close();
        }
    }
}
