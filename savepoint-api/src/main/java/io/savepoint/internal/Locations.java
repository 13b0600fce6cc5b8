package io.savepoint.internal;

/** Compares locations across the spellings that Flink gives them ({@code file:///x} comes back as {@code file:/x}). */
final class Locations {
    private Locations() {}

    static boolean isWithin(String location, String directory) {
        String parent = normalize(directory);
        return normalize(location).startsWith(parent.endsWith("/") ? parent : parent + "/");
    }

    private static String normalize(String location) {
        String path = location.startsWith("file:") ? location.substring("file:".length()) : location;
        return path.replaceFirst("^/+", "/");
    }
}
