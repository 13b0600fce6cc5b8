package io.savepoint.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table in Markdown. */
public final class Table {
    private final List<String> lines = new ArrayList<>();

    /**
     * Begins a table.
     *
     * @param heads what stands over the columns
     */
    public Table(String... heads) {
        lines.add(line(Stream.of(heads)));
        lines.add(line(Stream.of(heads).map(head -> "---")));
    }

    /**
     * Adds a row.
     *
     * @param cells what stands in it
     */
    public void row(Object... cells) {
        lines.add(line(Stream.of(cells)));
    }

    private static String line(Stream<?> cells) {
        return cells.map(String::valueOf).collect(Collectors.joining(" | ", "| ", " |"));
    }

    /**
     * A number as it stands in a table.
     *
     * @param value the number
     * @return it with two digits behind the point
     */
    public static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
