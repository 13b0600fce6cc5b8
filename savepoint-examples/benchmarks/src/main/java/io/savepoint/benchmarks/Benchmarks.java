package io.savepoint.benchmarks;

import io.savepoint.benchmarks.clients.ClientComparison;
import io.savepoint.benchmarks.fleet.Fleet;
import io.savepoint.benchmarks.parts.Parts;
import java.util.ArrayList;
import java.util.List;

/** Runs the benchmarks that are named, one after the other, and fails at the end if one of them found something. */
public final class Benchmarks {
    private Benchmarks() {}

    /**
     * Runs them.
     *
     * @param args the names, separated by commas
     */
    public static void main(String[] args) throws Exception {
        List<String> failed = new ArrayList<>();
        for (String name : args[0].split(",", -1)) {
            System.out.println("\n" + name + "\n");
            try {
                run(name);
            } catch (IllegalStateException e) {
                failed.add(name + ": " + e.getMessage());
            }
        }
        if (!failed.isEmpty()) {
            throw new IllegalStateException(String.join("\n", failed));
        }
    }

    private static void run(String name) throws Exception {
        switch (name) {
            case "Parts" -> Parts.main(new String[0]);
            case "ClientComparison" -> ClientComparison.main(new String[0]);
            case "Fleet" -> Fleet.main(new String[0]);
            default -> throw new IllegalArgumentException("there is no benchmark '" + name + "'");
        }
    }
}
