package io.savepoint.flink.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A Java stack trace as text, reduced to what it says: the classes and messages of the chain of causes. Flink's REST API
 * tells its reasons in no other way. A wrapper that only repeats its cause is left out.
 */
final class Trace {
    static final int LONGEST = 1000;

    private static final int LONGEST_LINK = 480;
    private static final int MIDDLE_LINK = 120;
    private static final int MOST_WRAPPERS = 10;
    private static final String ARROW = " <- ";
    private static final int MOST_LINKS = 100;
    private static final String CAUSED_BY = "Caused by: ";
    private static final Set<String> BARE_WRAPPERS = Set.of(
            "CompletionException", "ExecutionException", "RuntimeException", "SerializedThrowable", "RemoteException");

    /** One throwable: its class in full, or nothing if the text names none, and its message. */
    private record Link(String type, String message) {
        String simpleType() {
            return simpleName(type);
        }

        boolean onlyWraps(Link cause) {
            String repeated = cause.message.isEmpty() ? cause.type : cause.message;
            return equals(cause)
                    || (message.isEmpty() ? BARE_WRAPPERS.contains(simpleType()) : message.endsWith(repeated));
        }

        String shown() {
            String separator = type.isEmpty() || message.isEmpty() ? "" : ": ";
            return shorten(simpleType() + separator + message, LONGEST_LINK);
        }
    }

    private final List<Link> chain;

    private Trace(List<Link> chain) {
        this.chain = chain;
    }

    static Trace parse(String text) {
        List<Link> chain = new ArrayList<>();
        StringBuilder header = new StringBuilder();
        boolean inHeader = false;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.startsWith("End of exception on server side") || chain.size() >= MOST_LINKS) {
                break;
            }
            String said = line.startsWith("<Exception on server side:") ? line.substring(line.indexOf(':') + 1) : line;
            boolean begins = said.startsWith(CAUSED_BY) || (chain.isEmpty() && header.isEmpty() && !said.isBlank());
            if (begins) {
                close(header, chain);
                header.append(said.startsWith(CAUSED_BY) ? said.substring(CAUSED_BY.length()) : said);
                inHeader = true;
            } else if (isFrame(said)) {
                inHeader = false;
            } else if (inHeader && header.length() < LONGEST_LINK) {
                header.append(' ').append(said.strip());
            }
        }
        close(header, chain);
        return new Trace(chain);
    }

    private static boolean isFrame(String line) {
        String stripped = line.stripLeading();
        return stripped.length() < line.length()
                && (stripped.startsWith("at ")
                        || stripped.startsWith("... ")
                        || stripped.startsWith("Suppressed: ")
                        || stripped.startsWith(CAUSED_BY));
    }

    private static void close(StringBuilder header, List<Link> chain) {
        if (!header.isEmpty()) {
            chain.add(link(header.toString()));
            header.setLength(0);
        }
    }

    private static Link link(String header) {
        String rest = header.strip();
        String type = leadingType(rest);
        for (int depth = 0; depth < MOST_WRAPPERS; depth++) {
            String message =
                    rest.substring(Math.min(rest.length(), type.length() + 1)).strip();
            String inner = leadingType(message);
            if (inner.isEmpty() || !BARE_WRAPPERS.contains(simpleName(type))) {
                break;
            }
            rest = message;
            type = inner;
        }
        return type.isEmpty()
                ? new Link("", rest)
                : new Link(
                        type,
                        rest.substring(Math.min(rest.length(), type.length() + 1))
                                .strip());
    }

    static String simpleName(String type) {
        return type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
    }

    /** The class that a text begins with, as {@code Throwable.toString} writes it; nothing if it does not. */
    private static String leadingType(String text) {
        int end = 0;
        boolean qualified = false;
        while (end < text.length() && (Character.isJavaIdentifierPart(text.charAt(end)) || text.charAt(end) == '.')) {
            qualified |= text.charAt(end) == '.';
            end++;
        }
        boolean ends = end == text.length()
                || text.startsWith(": ", end)
                || text.substring(end).equals(":");
        boolean isClass = qualified && !text.startsWith(".") && text.charAt(end - 1) != '.';
        return ends && isClass ? text.substring(0, end) : "";
    }

    /** Whether the text is a stack trace at all, rather than a message alone. */
    boolean isOfThrowable() {
        return !chain.isEmpty() && !chain.get(0).type.isEmpty();
    }

    /** Whether one of the chain is of such a class, given with its package. */
    boolean hasType(Predicate<String> type) {
        return chain.stream().map(Link::type).anyMatch(type);
    }

    boolean says(String words) {
        return chain.stream().anyMatch(link -> link.message.contains(words));
    }

    /** The chain on one line, at most {@value #LONGEST} characters: the middle is cut first, and then left out. */
    String condensed() {
        List<String> said = new ArrayList<>();
        for (int i = 0; i < chain.size(); i++) {
            Link link = chain.get(i);
            if (i == chain.size() - 1 || !link.onlyWraps(chain.get(i + 1))) {
                said.add(link.shown());
            }
        }
        String whole = String.join(ARROW, said);
        if (whole.length() <= LONGEST) {
            return whole;
        }
        // What is in the middle may be the one that matters: rather a little of each than one left out.
        for (int i = 1; i < said.size() - 1; i++) {
            said.set(i, shorten(said.get(i), MIDDLE_LINK));
        }
        String shorter = String.join(ARROW, said);
        if (shorter.length() <= LONGEST) {
            return shorter;
        }
        String ends = "";
        int next = said.size() - 1;
        int room = LONGEST - said.get(0).length() - ARROW.length() - 1;
        while (next > 0 && ends.length() + ARROW.length() + said.get(next).length() <= room) {
            ends = ARROW + said.get(next) + ends;
            next--;
        }
        return shorten(said.get(0) + ARROW + "…" + ends, LONGEST);
    }

    /** Makes text fit for a message: without control characters and halves of surrogate pairs, and cut if it is too long. */
    static String shorten(String text, int longest) {
        if (text.length() <= longest && isPlain(text)) {
            return text;
        }
        String cut = text;
        if (text.length() > longest) {
            int end = longest - 1;
            cut = text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
        }
        StringBuilder clean = new StringBuilder(cut.length());
        cut.codePoints().forEach(c -> clean.appendCodePoint(fit(c)));
        return clean.toString();
    }

    /** Whether it is fit as it is, as nearly all texts of answers are. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static int fit(int codePoint) {
        if (Character.isISOControl(codePoint)) {
            return ' ';
        }
        return Character.getType(codePoint) == Character.SURROGATE ? '\ufffd' : codePoint;
    }
}
