package io.savepoint.flink.rest.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON as RFC 8259 has it, to the letter, with the places of all that is in it. */
final class JsonText {
    /** A part of the text. */
    record Span(int begin, int end) {}

    private static final int DEEPEST = 200;

    private final String text;
    private final List<Span> values = new ArrayList<>();
    private final List<Span> keys = new ArrayList<>();
    /** From the key to the value's end. */
    private final List<Span> members = new ArrayList<>();

    private int at;
    private int depth;
    private int deepest;

    private static final class NotJson extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private JsonText(String text) {
        this.text = text;
    }

    static Optional<JsonText> parse(String text) {
        JsonText parsed = new JsonText(text);
        try {
            parsed.space();
            parsed.value();
            parsed.space();
            return parsed.at == text.length() ? Optional.of(parsed) : Optional.empty();
        } catch (NotJson e) {
            return Optional.empty();
        }
    }

    List<Span> values() {
        return values;
    }

    List<Span> keys() {
        return keys;
    }

    List<Span> members() {
        return members;
    }

    int deepest() {
        return deepest;
    }

    String of(Span span) {
        return text.substring(span.begin, span.end);
    }

    String replace(Span span, String by) {
        return text.substring(0, span.begin) + by + text.substring(span.end);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void require(boolean condition) {
        if (!condition) {
            throw new NotJson();
        }
    }

    private boolean accept(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void value() {
        int begin = at;
        int place = values.size();
        values.add(new Span(begin, begin));
        switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
        values.set(place, new Span(begin, at));
    }

    private void enter() {
        at++;
        depth++;
        deepest = Math.max(deepest, depth);
        require(depth <= DEEPEST);
        space();
    }

    private void object() {
        enter();
        if (!accept('}')) {
            do {
                space();
                int begin = at;
                require(peek() == '"');
                string();
                keys.add(new Span(begin, at));
                space();
                require(accept(':'));
                space();
                value();
                members.add(new Span(begin, at));
                space();
            } while (accept(','));
            require(accept('}'));
        }
        depth--;
    }

    private void array() {
        enter();
        if (!accept(']')) {
            do {
                space();
                value();
                space();
            } while (accept(','));
            require(accept(']'));
        }
        depth--;
    }

    private void string() {
        at++;
        while (!accept('"')) {
            require(at < text.length() && peek() >= ' ');
            if (accept('\\')) {
                if (accept('u')) {
                    for (int i = 0; i < 4; i++, at++) {
                        require(at < text.length() && Character.digit(peek(), 16) >= 0 && peek() < 128);
                    }
                    continue;
                }
                require(at < text.length() && "\"\\/bfnrt".indexOf(peek()) >= 0);
            }
            at++;
        }
    }

    private void word(String word) {
        require(text.startsWith(word, at));
        at += word.length();
    }

    private void number() {
        accept('-');
        if (!accept('0')) {
            digits();
        }
        if (accept('.')) {
            digits();
        }
        if (accept('e') || accept('E')) {
            if (!accept('+')) {
                accept('-');
            }
            digits();
        }
    }

    private void digits() {
        int begin = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        require(at > begin);
    }
}
