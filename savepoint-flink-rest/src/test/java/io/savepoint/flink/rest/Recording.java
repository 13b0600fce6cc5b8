package io.savepoint.flink.rest;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.junit.Stubbing;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a real Flink was asked and answered, from {@code exchanges/<version>/<name>.txt}: {@code >} before the request,
 * {@code <} before status and headers, then the body. Of long answers the end is cut off; what is open there is closed.
 */
public final class Recording {
    private static final String CUT = "...[cut]";

    /** One question and its answer. */
    public record Exchange(String method, String url, String requestBody, int status, String contentType, String body) {
        /** The part of the path with this number, from 0: {@code jobs}, the job id, ... */
        String part(int index) {
            return url.split("\\?")[0].split("/")[index + 1];
        }
    }

    private final String name;
    private final List<Exchange> exchanges = new ArrayList<>();

    private Recording(String name) {
        this.name = name;
    }

    static Recording of(String version, String name) {
        Recording recording = new Recording(version + "/" + name);
        try (InputStream in = Recording.class.getResourceAsStream("/exchanges/" + version + "/" + name + ".txt")) {
            recording.read(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return recording;
    }

    /** Every exchange of every version. */
    public static List<Exchange> all() {
        List<Exchange> all = new ArrayList<>();
        try (Stream<Path> files =
                Files.walk(Path.of(Recording.class.getResource("/exchanges").toURI()))) {
            files.filter(file -> file.toString().endsWith(".txt")).sorted().forEach(file -> {
                String name = file.getFileName().toString();
                String version = file.getParent().getFileName().toString();
                all.addAll(of(version, name.substring(0, name.length() - ".txt".length())).exchanges);
            });
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }

    private void read(String[] lines) {
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].matches("> [A-Z]+ /.*")) {
                continue;
            }
            String[] request = lines[i].substring(2).split(" ", 2);
            String requestBody = "";
            while (!lines[i].matches("< \\d{3} .*")) {
                requestBody = lines[i].startsWith("> ") ? lines[i].substring(2) : requestBody;
                i++;
            }
            int status = Integer.parseInt(lines[i].substring(2, 5));
            String contentType = "";
            for (i++; !lines[i].equals("<"); i++) {
                if (lines[i].toLowerCase().startsWith("< content-type: ")) {
                    contentType = lines[i].substring(16);
                }
            }
            String url = request[1].replaceFirst("^/v1", "");
            exchanges.add(new Exchange(request[0], url, requestBody, status, contentType, whole(lines[i + 1])));
        }
    }

    private static String whole(String body) {
        if (!body.endsWith(CUT)) {
            return body;
        }
        String kept = body.substring(0, body.length() - CUT.length()).replaceFirst("\\\\+$", "");
        return kept + closing(kept);
    }

    private static String closing(String json) {
        StringBuilder open = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '"') {
                inString = !inString;
            } else if (inString) {
                i += c == '\\' ? 1 : 0;
            } else if (c == '{' || c == '[') {
                open.insert(0, c == '{' ? '}' : ']');
            } else if (c == '}' || c == ']') {
                open.deleteCharAt(0);
            }
        }
        return (inString ? "\"" : "") + open;
    }

    int size() {
        return exchanges.size();
    }

    /** The exchange with this number, from 0. */
    Exchange get(int index) {
        return exchanges.get(index);
    }

    /** Makes a server answer as Flink did then; what was asked several times is answered as the last time in the end. */
    Recording play(Stubbing server) {
        Map<String, Integer> asked = new HashMap<>();
        for (Exchange exchange : exchanges) {
            String question = name + " " + exchange.method() + " " + exchange.url();
            int before = asked.merge(question, 1, Integer::sum) - 1;
            long times = exchanges.stream()
                    .filter(other -> other.method().equals(exchange.method())
                            && other.url().equals(exchange.url()))
                    .count();
            String state = before == 0 ? Scenario.STARTED : "asked " + before;
            server.stubFor(request(exchange.method(), urlEqualTo(exchange.url()))
                    .inScenario(question)
                    .whenScenarioStateIs(state)
                    .willSetStateTo(before + 1 < times ? "asked " + (before + 1) : state)
                    .willReturn(aResponse()
                            .withStatus(exchange.status())
                            .withHeader("Content-Type", exchange.contentType())
                            .withBody(exchange.body())));
        }
        return this;
    }
}
