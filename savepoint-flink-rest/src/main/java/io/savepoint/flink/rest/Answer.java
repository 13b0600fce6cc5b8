package io.savepoint.flink.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.savepoint.spi.FlinkAnswerException;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkLeaderElectionException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What came back for a call: read as the JSON that was asked for, or told as the failure that it is. */
final class Answer {
    private static final int EXCERPT = 80;

    private final Call call;
    private final int status;
    private final String contentType;
    private final byte[] body;

    Answer(Call call, int status, String contentType, byte[] body) {
        this.call = call;
        this.status = status;
        this.contentType = contentType;
        this.body = body;
    }

    Call call() {
        return call;
    }

    int status() {
        return status;
    }

    /** How many bytes its body has. */
    int size() {
        return body.length;
    }

    boolean isOk() {
        return status >= 200 && status < 300;
    }

    /** How the JSON of an answer is read. */
    interface Reader<T> {
        T read(JsonParser parser) throws IOException;
    }

    /** Reads the wanted fields of a good answer; throws a {@link FlinkException} if it is another one. */
    <T> T read(Set<String> wanted, Function<JsonObject, T> reader) {
        return parse(parser -> {
            Json.requireObject(parser.nextToken());
            JsonObject object = Json.object(parser, wanted);
            Json.requireEnd(parser);
            return reader.apply(object);
        });
    }

    /** Reads a good answer; throws a {@link FlinkException} if it is another one. */
    <T> T parse(Reader<T> reader) {
        if (!isOk()) {
            throw failure();
        }
        if (!isJson()) {
            throw notFlinks("of type '" + Trace.shorten(contentType, EXCERPT) + "' instead of JSON");
        }
        try (JsonParser parser = Json.parser(body)) {
            return reader.read(parser);
        } catch (JsonProcessingException e) {
            throw notFlinks("that is not valid JSON (" + Trace.shorten(e.getOriginalMessage(), EXCERPT) + ")");
        } catch (IOException e) {
            throw notFlinks("that is not valid JSON (" + e.getClass().getSimpleName() + ")");
        } catch (WrongShapeException e) {
            throw notFlinks(e);
        }
    }

    /** The failure that a good answer is whose JSON is not of the expected form. */
    FlinkAnswerException notFlinks(WrongShapeException e) {
        return notFlinks("that is not of the expected form: " + e.getMessage());
    }

    /** What came back, as the answer to the same question of somebody else. */
    Answer to(Call other) {
        return new Answer(other, status, contentType, body);
    }

    private boolean isJson() {
        return contentType.isEmpty() || contentType.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private FlinkAnswerException notFlinks(String what) {
        return new FlinkAnswerException(
                call + " was answered with HTTP " + status + " and " + body.length + " bytes " + what + excerpt()
                        + "; check that this is the URL of Flink's REST API, without a proxy's login page before it");
    }

    private String excerpt() {
        String text = new String(body, 0, Math.min(body.length, EXCERPT * 2), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ", beginning with '" + Trace.shorten(text, EXCERPT) + "'";
    }

    /** Flink's reason, if the body is of the form in which Flink gives one. */
    Optional<Trace> reason() {
        if (!isJson()) {
            return Optional.empty();
        }
        try {
            List<String> errors = Json.read(body, Set.of("errors")).requiredList("errors", String.class, "strings");
            // Of two, the first only says "Internal server error."
            return errors.isEmpty() ? Optional.empty() : Optional.of(Trace.parse(errors.get(errors.size() - 1)));
        } catch (IOException | WrongShapeException e) {
            return Optional.empty();
        }
    }

    /** Whether Flink looked for what the path names and does not have it; a path that Flink does not serve is not that. */
    boolean saysUnknown() {
        return status == 404 && reason().filter(Trace::isOfThrowable).isPresent();
    }

    /** Whether Flink does not serve the path at all. */
    boolean saysNoSuchPath() {
        return status == 404
                && reason().filter(reason -> !reason.isOfThrowable()).isPresent();
    }

    /** Whether Flink could not read the request, as one of another version cannot: then nothing was begun. */
    boolean refusesForm() {
        return status == 400
                && reason().filter(reason -> reason.says("did not match expected format"))
                        .isPresent();
    }

    /** The answer as the failure that it is, when it is not a good one. */
    FlinkException failure() {
        Optional<Trace> reason = reason();
        String told = reason.map(Trace::condensed).orElse("");
        String said = call + " was answered with HTTP " + status + (reason.isPresent() ? " (" + told + ")" : excerpt());
        return switch (status) {
            case 400 ->
                reason.isPresent()
                        ? refusal(said, told)
                        : new FlinkAnswerException(said + "; this is not Flink's way to"
                                + " refuse a request: check what is between here and the JobManager");
            case 413 ->
                refusal(said, reason.isPresent() ? told : "the request is too large for it or for a proxy before it");
            case 503 ->
                said.contains("leader election")
                        ? new FlinkLeaderElectionException(
                                said + "; no JobManager is the leader at the moment, ask again a" + " little later")
                        : new FlinkUnreachableException(said + "; check that the JobManager runs");
            case 502, 504 ->
                new FlinkUnreachableException(said + "; a proxy does not reach it: check that the JobManager runs");
            case 401, 403 -> new FlinkAnswerException(said + "; " + whoAsks());
            case 407 ->
                new FlinkAnswerException(said + "; the HTTP proxy on the way wants to know who asks: " + atProxy());
            case 404 ->
                new FlinkAnswerException(said + "; check that this is the URL of Flink's REST API, and that its"
                        + " version is 1.13 or newer");
            case 300, 301, 302, 303, 307, 308 ->
                new FlinkAnswerException(said + "; redirects are not followed: give the URL that it leads to");
            default -> new FlinkAnswerException(said + "; look into the JobManager's log");
        };
    }

    private String whoAsks() {
        return call.headers().isEmpty()
                ? "it wants to know who asks, and Flink itself never does: give what the proxy before it wants to"
                        + " FlinkRestConfig.headers, or check the endpoint's URL"
                : "it does not accept the headers that FlinkRestConfig.headers gave ("
                        + String.join(", ", call.headers().keySet()) + "): check the token or"
                        + " password in them, and what it is allowed to do";
    }

    private String atProxy() {
        return call.headers().containsKey("Proxy-Authorization")
                ? "check the Proxy-Authorization that FlinkRestConfig.headers gave, and that the JVM's"
                        + " jdk.http.auth.tunneling.disabledSchemes lets it be sent"
                : "give it a Proxy-Authorization by FlinkRestConfig.headers, such as FlinkHeaders.proxyBasic";
    }

    /** A question asks for nothing that could be refused for good: asked again it may be answered. */
    private FlinkException refusal(String said, String told) {
        return call.isQuestion()
                ? new FlinkAnswerException(said + "; look into the JobManager's log, and at what is before it")
                : refused(told);
    }

    FlinkRefusedException refused(String reason) {
        return new FlinkRefusedException(call + " was refused with HTTP " + status + ": " + reason);
    }
}
