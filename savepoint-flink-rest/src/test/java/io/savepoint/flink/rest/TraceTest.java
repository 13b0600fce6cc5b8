package io.savepoint.flink.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a stack trace. */
class TraceTest {
    private static String condensed(String text) {
        return Trace.parse(text).condensed();
    }

    @Test
    void keepsClassesAndMessagesAndNoFrames() {
        assertThat(condensed(
                        "a.b.OuterException: outer\n\tat a.B.c(B.java:1)\n\t... 3 more\nCaused by: a.b.C$Inner: inner\n\tat"
                                + " x.Y.z(Y.java)\n"))
                .isEqualTo("OuterException: outer <- Inner: inner");
    }

    @Test
    void leavesOutWhatOnlyRepeatsItsCause() {
        assertThat(condensed(
                        "java.util.concurrent.CompletionException: a.B: said\n\tat x\nCaused by: a.B: said\n\tat x"))
                .isEqualTo("B: said");
        assertThat(condensed("a.Rest: Could not run.\nCaused by: a.Client: Could not run.\nCaused by: a.Root: no file"))
                .isEqualTo("Client: Could not run. <- Root: no file");
        assertThat(condensed("java.lang.RuntimeException: java.io.IOException: alone"))
                .isEqualTo("IOException: alone");
        assertThat(condensed("java.lang.RuntimeException\n\tat x\nCaused by: a.B: said"))
                .isEqualTo("B: said");
        assertThat(condensed("java.lang.RuntimeException: a.NullThing\nCaused by: a.NullThing"))
                .isEqualTo("NullThing");
    }

    @Test
    void takesMessagesOfSeveralLinesAndSkipsWhatIsSuppressed() {
        assertThat(condensed(
                        "a.B: first\n  second\nthird\n\tat x.Y.z(Y.java)\n\tSuppressed: a.S: no\n\t\tat x\n\tCaused by: a.T:"
                                + " no\nCaused by: a.C: cause"))
                .isEqualTo("B: first second third <- C: cause");
    }

    @Test
    void readsWhatServersWrapIt() {
        assertThat(condensed(
                        "<Exception on server side:\na.B: said\n\tat x\nCaused by: a.C: cause\n\nEnd of exception on server"
                                + " side>"))
                .isEqualTo("B: said <- C: cause");
    }

    @ParameterizedTest
    @CsvSource({
        "Unable to load requested file /x., Unable to load requested file /x., false",
        "Not found: /x, Not found: /x, false",
        "POST request not allowed, POST request not allowed, false",
        "Internal server error., Internal server error., false",
        "a.b.C, C, true",
        "a.b.C:, C, true",
        "'', '', false",
        "..., ..., false",
        "a.b.: x, a.b.: x, false"
    })
    void tellsAThrowableFromAMessage(String text, String condensed, boolean isOfThrowable) {
        Trace trace = Trace.parse(text);
        assertThat(trace.condensed()).isEqualTo(condensed);
        assertThat(trace.isOfThrowable()).isEqualTo(isOfThrowable);
    }

    @Test
    void keepsTheEndsOfALongChain() {
        StringBuilder text = new StringBuilder("a.First: " + "f".repeat(600));
        for (int i = 0; i < 30; i++) {
            text.append("\nCaused by: a.Middle")
                    .append(i)
                    .append(": ")
                    .append("m".repeat(90))
                    .append(i);
        }
        text.append("\nCaused by: a.Root: the reason");
        assertThat(condensed(text.toString()))
                .startsWith("First: fff")
                .contains(" <- … <- ")
                .endsWith("Middle29: " + "m".repeat(90) + "29 <- Root: the reason")
                .hasSizeLessThanOrEqualTo(Trace.LONGEST);
    }

    /** As Flink tells a restore that fails when the job runs already, with the cause that matters second to last. */
    @Test
    void keepsEveryCauseOfALongChainIfTheirMessagesCanBeCut() {
        String text = "org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy"
                + "\nCaused by: java.lang.Exception: Exception while creating StreamOperatorStateContext. "
                + "x".repeat(400)
                + "\nCaused by: org.apache.flink.util.StateMigrationException: For heap backends, the new state serializer "
                + "y".repeat(400)
                + "\nCaused by: a.Root: " + "z".repeat(400);
        assertThat(condensed(text))
                .startsWith("JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy <- Exception: Exc")
                .contains(" <- StateMigrationException: For heap backends, the new state serializer yyy")
                .endsWith("… <- Root: " + "z".repeat(400))
                .hasSizeLessThanOrEqualTo(Trace.LONGEST);
    }

    @Test
    void cutsNoCharacterInHalfAndLetsNothingUnreadableThrough() {
        assertThat(Trace.shorten("ab\uD83D\uDE00cd", 4)).isEqualTo("ab…");
        assertThat(Trace.shorten("a\u0000\u001b[31mb\r\n", 100)).isEqualTo("a  [31mb  ");
        assertThat(Trace.shorten("a\uD83Db\uDE00c\uD83D\uDE00", 100)).isEqualTo("a\ufffdb\ufffdc\uD83D\uDE00");
    }

    @Test
    @Timeout(60)
    void takesBoundedTimeForHostileText() {
        assertThat(condensed("java.lang.RuntimeException: ".repeat(200_000))).hasSizeLessThanOrEqualTo(Trace.LONGEST);
        assertThat(condensed("Caused by: a.B: x\n".repeat(200_000))).hasSizeLessThanOrEqualTo(Trace.LONGEST);
        assertThat(condensed("a".repeat(4_000_000) + ".b: x")).hasSizeLessThanOrEqualTo(Trace.LONGEST);
        assertThat(condensed("a.B: x\n" + "y\n".repeat(2_000_000))).hasSizeLessThanOrEqualTo(Trace.LONGEST);
    }
}
