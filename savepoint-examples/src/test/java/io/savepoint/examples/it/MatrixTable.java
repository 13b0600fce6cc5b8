package io.savepoint.examples.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What came of each scenario on each version of Flink, as a table in Markdown. Used by one thread. */
final class MatrixTable {
    private final Map<String, Map<MatrixScenario, String>> rows = new LinkedHashMap<>();

    MatrixTable(List<String> versions) {
        versions.forEach(version -> rows.put(version, new EnumMap<>(MatrixScenario.class)));
    }

    void record(String version, MatrixScenario scenario, String outcome) {
        rows.get(version).put(scenario, outcome);
    }

    void write(Path file) throws IOException {
        Files.writeString(file, markdown());
    }

    String markdown() {
        List<String> head = new ArrayList<>(List.of("Flink", "SDK on Java"));
        Stream.of(MatrixScenario.values()).map(MatrixScenario::title).forEach(head::add);
        return line(head)
                + line(head.stream().map(title -> "---").toList())
                + rows.keySet().stream().map(this::row).collect(Collectors.joining());
    }

    private String row(String version) {
        List<String> cells = new ArrayList<>(List.of(version, System.getProperty("java.version")));
        for (MatrixScenario scenario : MatrixScenario.values()) {
            cells.add(rows.get(version).getOrDefault(scenario, "not run"));
        }
        return line(cells);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
