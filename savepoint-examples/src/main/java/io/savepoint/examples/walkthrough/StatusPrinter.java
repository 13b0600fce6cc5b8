package io.savepoint.examples.walkthrough;

import io.savepoint.model.ClusterStatus;
import io.savepoint.store.StatusDocument;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes a status the way {@code kubectl describe} shows that of a resource. */
final class StatusPrinter {
    private static final int INDENT = 2;

    private StatusPrinter() {}

    static String describe(ClusterStatus status) {
        Map<String, Object> document = new TreeMap<>(StatusDocument.write(status));
        // What the manager remembers for itself is not for people, except for reasons.
        Map<String, Object> reasons = new TreeMap<>();
        status.bookkeeping().failureReason().ifPresent(reason -> reasons.put("failureReason", reason));
        status.bookkeeping().message().ifPresent(message -> reasons.put("message", message));
        document.remove(StatusDocument.MANAGER_KEY);
        if (!reasons.isEmpty()) {
            document.put(StatusDocument.MANAGER_KEY, reasons);
        }
        StringBuilder text = new StringBuilder("Status:\n");
        print(text, document, INDENT);
        return text.toString();
    }

    private static void print(StringBuilder text, Map<?, ?> fields, int indent) {
        Map<String, Object> titled = fields.entrySet().stream()
                .collect(Collectors.toMap(
                        field -> title(field.getKey().toString()),
                        field -> (Object) field.getValue(),
                        (a, b) -> a,
                        TreeMap::new));
        int width = titled.entrySet().stream()
                .filter(field -> !(field.getValue() instanceof Map))
                .mapToInt(field -> field.getKey().length())
                .max()
                .orElse(0);
        titled.forEach((title, value) -> {
            text.append(" ".repeat(indent)).append(title).append(':');
            if (value instanceof Map<?, ?> nested) {
                text.append('\n');
                print(text, nested, indent + INDENT);
            } else {
                text.append(" ".repeat(width - title.length() + INDENT))
                        .append(value)
                        .append('\n');
            }
        });
    }

    /** {@code lastSavepointTriggerID} becomes {@code Last Savepoint Trigger ID}. */
    private static String title(String name) {
        String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }
}
