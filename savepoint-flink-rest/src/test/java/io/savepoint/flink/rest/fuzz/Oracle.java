package io.savepoint.flink.rest.fuzz;

import io.savepoint.flink.rest.Checkpoint;
import io.savepoint.flink.rest.CheckpointObservation;
import io.savepoint.flink.rest.TakenSavepoint;
import io.savepoint.flink.rest.fuzz.Sent.Framing;
import io.savepoint.model.DisposalObservation;
import io.savepoint.model.OperationObservation;
import io.savepoint.model.TriggerId;
import io.savepoint.spi.JobLauncher;
import java.lang.reflect.RecordComponent;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells whether what became of a case can be right. It reads the answers in its own way. */
final class Oracle {
    /** The bound of an answer, and what may be in the buffers of a connection. */
    private static final long MOST_TAKEN = 12L * Fuzzer.MOST_BYTES;

    private static final int LONGEST_MESSAGE = 2500;
    private static final int LONGEST_TEXT = 10_000;
    private static final int LONGEST_REASON = 1000;
    private static final int DEEPEST = 64;
    private static final Pattern ESCAPED = Pattern.compile("\\\\(?:u(\\p{XDigit}{4})|(.))", Pattern.DOTALL);
    private static final List<Charset> ENCODINGS = List.of(
            StandardCharsets.UTF_8,
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            Charset.forName("UTF-32LE"),
            Charset.forName("UTF-32BE"));

    private final FuzzCase played;
    private final FuzzServer.Play play;
    private final List<String> problems = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    private Oracle(FuzzCase played, FuzzServer.Play play) {
        this.played = played;
        this.play = play;
    }

    /** What is wrong with a case that ended well; nothing if nothing is. */
    static List<String> ofResult(FuzzCase played, FuzzServer.Play play, Object result) {
        Oracle oracle = new Oracle(played, play);
        if (play.isOnlyItself()) {
            oracle.checkThatItIsAnAnswer();
        }
        for (Sent sent : play.served()) {
            for (Charset encoding : ENCODINGS) {
                oracle.said.add(unescape(new String(sent.bytes(), encoding)));
                oracle.said.add(unescape(new String(sent.body(), encoding)));
            }
        }
        if (play.isOnlyItself()) {
            oracle.checkStatus(result);
        }
        if (played.mutation() == WireMutation.BAD_CHUNKS) {
            // Where one chunk ends and the next begins, and so what was said, is open.
            return oracle.problems;
        }
        if (result instanceof Optional<?> cause && played.target().name().equals("failureCause")) {
            cause.ifPresent(text -> oracle.requireReadable((String) text));
        } else {
            oracle.checkThatItWasSaid(result);
        }
        return oracle.problems;
    }

    /** What is wrong with a case that failed. */
    static List<String> ofFailure(FuzzCase played, FuzzServer.Play play, Throwable failure) {
        Oracle oracle = new Oracle(played, play);
        if (failure instanceof TimeoutException) {
            return List.of("it did not end");
        }
        if (!played.target().failures().contains(failure.getClass())) {
            oracle.problems.add("it is not documented to fail with " + failure);
        }
        String message = String.valueOf(failure.getMessage());
        oracle.require(message.contains("fuzz/"), "the message does not name the cluster: " + message);
        oracle.require(message.length() <= LONGEST_MESSAGE, "the message has " + message.length() + " characters");
        oracle.require(isReadable(message), "the message is not readable: " + message);
        // Around other bodies there may be more than the body.
        boolean endless =
                played.mutation() == SlowMutation.ENDLESS_BODY || played.mutation() == SlowMutation.ENDLESS_CHUNKS;
        oracle.require(
                !endless || play.taken() <= MOST_TAKEN * played.target().requests(),
                "it took " + play.taken() + " bytes");
        boolean late = message.contains("was not answered within");
        oracle.require(
                !late || FuzzCase.isSlow(played.number()) || played.sent().framing() != Framing.SOUND,
                "a whole answer was not seen in time");
        return oracle.problems;
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            problems.add(problem);
        }
    }

    private void checkThatItIsAnAnswer() {
        Sent sent = played.sent();
        require(sent.framing() != Framing.INCOMPLETE, "an answer that breaks off was taken for one");
        if (played.mutation() instanceof BodyMutation) {
            Optional<JsonText> json = ENCODINGS.stream()
                    .map(encoding -> new String(sent.body(), encoding).replaceFirst("^\ufeff", ""))
                    .flatMap(decoded -> JsonText.parse(decoded).stream())
                    .findFirst();
            require(json.isPresent(), "what is not JSON was taken for an answer");
            require(json.isEmpty() || json.get().deepest() <= DEEPEST, "it is too deep");
        }
    }

    /** A refusal is not taken for an answer, unless it says that what was asked for is so already, or is not there. */
    private void checkStatus(Object result) {
        int status = played.sent().status().orElse(200);
        if (status < 300) {
            return;
        }
        boolean isSo = result == null
                ? isSaid("terminal state") || isSaid("does not exist in ")
                : result == JobLauncher.Outcome.ALREADY_SUBMITTED
                        || (status == 404 && result.getClass().getSimpleName().equals("Unknown"));
        require(isSo, "HTTP " + status + " was taken for an answer");
    }

    private void checkThatItWasSaid(Object result) {
        // What a version can do is known of the version, which is a text that was said; and what nobody says to be a
        // savepoint is a checkpoint.
        if (result == null
                || result instanceof Boolean
                || result instanceof Set<?>
                || result == Checkpoint.Kind.CHECKPOINT) {
            return;
        }
        if (result instanceof Optional<?> optional) {
            optional.ifPresent(this::checkThatItWasSaid);
        } else if (result instanceof List<?> list) {
            list.forEach(this::checkThatItWasSaid);
        } else if (result instanceof OptionalLong number) {
            number.ifPresent(this::checkThatItWasSaid);
        } else if (result instanceof Long || result instanceof Integer) {
            requireSaid(result.toString());
        } else if (result instanceof Instant instant) {
            requireSaid(Long.toString(instant.toEpochMilli()));
        } else if (result instanceof Duration duration) {
            require(!duration.isNegative(), "a negative duration");
            require(duration.isZero() || isSaid(Long.toString(duration.toMillis())), "nobody said " + duration);
        } else if (result instanceof JobLauncher.Outcome outcome) {
            requireSaid(outcome == JobLauncher.Outcome.SUBMITTED ? "jobid" : "Duplicate");
        } else if (result == Checkpoint.Kind.STOP) {
            requireSaid("SYNC_SAVEPOINT");
        } else if (result instanceof Enum<?> word) {
            requireSaid(word.name());
        } else if (result instanceof String text) {
            requireText(text);
        } else if (result instanceof TriggerId trigger) {
            require(
                    said.stream().anyMatch(it -> it.toLowerCase(Locale.ROOT).contains(trigger.hex())),
                    "nobody said " + trigger);
        } else if (result instanceof TakenSavepoint taken) {
            requireSaid("COMPLETED");
            requireText(taken.location());
        } else if (result instanceof OperationObservation.Failed failed) {
            requireReason(failed.reason());
        } else if (result instanceof DisposalObservation.Failed failed) {
            requireReason(failed.reason());
        } else if (result instanceof DisposalObservation.Missing missing) {
            requireReason(missing.reason());
        } else if (result instanceof CheckpointObservation.Failed failed) {
            requireReason(failed.reason());
        } else {
            checkRecord(result);
        }
    }

    private void checkRecord(Object result) {
        switch (result.getClass().getSimpleName()) {
            case "InProgress" -> requireSaid("IN_PROGRESS");
            case "Completed", "Done" -> requireSaid("COMPLETED");
            case "Unknown" -> requireSaid(" 404");
            case "NotFound" -> requireSaid("jobs");
            default -> {}
        }
        require(result.getClass().isRecord(), "the oracle does not know what a " + result.getClass() + " is");
        if (result.getClass().isRecord()) {
            for (RecordComponent component : result.getClass().getRecordComponents()) {
                try {
                    Object value = component.getAccessor().invoke(result);
                    if (component.getName().equals("failure")) {
                        ((Optional<?>) value).ifPresent(text -> requireReadable((String) text));
                    } else {
                        checkThatItWasSaid(value);
                    }
                } catch (ReflectiveOperationException e) {
                    problems.add("the oracle cannot read it: " + e);
                }
            }
        }
    }

    private void requireReason(String reason) {
        requireSaid("COMPLETED");
        requireReadable(reason);
    }

    /** A text that is made of what was said. */
    private void requireReadable(String text) {
        require(isReadable(text) && text.length() <= LONGEST_REASON, "an unreadable reason: " + text);
    }

    private void requireText(String text) {
        require(isReadable(text) && text.length() <= LONGEST_TEXT, "an unreadable text, of length " + text.length());
        requireSaid(text);
    }

    private void requireSaid(String text) {
        require(isSaid(text), "nobody said '" + text.substring(0, Math.min(100, text.length())) + "'");
    }

    private boolean isSaid(String text) {
        return said.stream().anyMatch(it -> it.contains(text));
    }

    private static boolean isReadable(String text) {
        return text.codePoints()
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        Matcher escaped = ESCAPED.matcher(text);
        return escaped.replaceAll(found -> Matcher.quoteReplacement(
                found.group(1) != null
                        ? String.valueOf((char) Integer.parseInt(found.group(1), 16))
                        : switch (found.group(2)) {
                            case "n" -> "\n";
                            case "t" -> "\t";
                            case "r" -> "\r";
                            case "b" -> "\b";
                            case "f" -> "\f";
                            default -> found.group(2);
                        }));
    }
}
