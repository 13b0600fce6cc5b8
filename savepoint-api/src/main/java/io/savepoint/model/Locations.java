package io.savepoint.model;

/**
 * Compares locations across the spellings that Flink gives them: {@code file:///x} comes back as {@code file:/x}, and
 * {@code /x} or {@code hdfs:///x} with what the file system adds to it, as {@code hdfs://namenode:8020/x}.
 */
final class Locations {
    private static final String METADATA = "/_metadata";

    private Locations() {}

    static boolean isWithin(String location, String directory) {
        Parts inner = Parts.of(location);
        Parts outer = Parts.of(directory);
        return agree(inner.scheme, outer.scheme)
                && agree(inner.authority, outer.authority)
                && inner.path.startsWith(outer.path);
    }

    /** Whether two spellings may be of one savepoint: what one of them leaves open, the other may fill in. */
    static boolean areSame(String location, String other) {
        Parts one = Parts.of(withoutMetadata(location));
        Parts two = Parts.of(withoutMetadata(other));
        return one.path.equals(two.path)
                && (agree(one.scheme, two.scheme) || agree(two.scheme, one.scheme))
                && (agree(one.authority, two.authority) || agree(two.authority, one.authority));
    }

    private static String withoutMetadata(String location) {
        return location.endsWith(METADATA) ? location.substring(0, location.length() - METADATA.length()) : location;
    }

    /** What the directory leaves open is filled in by Flink. */
    private static boolean agree(String inner, String outer) {
        return outer.isEmpty() || outer.equalsIgnoreCase(inner);
    }

    /** A path as Flink reads it: nothing in it is escaped, so that a parser of URIs would refuse some. */
    private record Parts(String scheme, String authority, String path) {
        static Parts of(String text) {
            int colon = text.indexOf(':');
            int slash = text.indexOf('/');
            boolean hasScheme = colon > 0 && (slash < 0 || colon < slash);
            String scheme = hasScheme ? text.substring(0, colon) : "";
            String rest = hasScheme ? text.substring(colon + 1) : text;
            if (!rest.startsWith("//")) {
                return new Parts(scheme, "", asDirectory(rest));
            }
            int end = rest.indexOf('/', 2);
            int pathStart = end < 0 ? rest.length() : end;
            return new Parts(scheme, rest.substring(2, pathStart), asDirectory(rest.substring(pathStart)));
        }

        private static String asDirectory(String path) {
            return (path + "/").replaceAll("/+", "/");
        }
    }
}
