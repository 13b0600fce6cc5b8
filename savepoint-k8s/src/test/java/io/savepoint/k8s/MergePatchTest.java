package io.savepoint.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                          | {}                          | {}",
                "{a: 1}                      | {a: 1}                      | {}",
                "{}                          | {a: 1}                      | {a: 1}",
                "{a: 1, b: 2}                | {a: 1, b: 3}                | {b: 3}",
                "{a: 1, b: 2}                | {a: 1}                      | {b: null}",
                "{a: 1}                      | {a: null}                   | {a: null}",
                "{a: {b: 1, c: 2}, d: 3}     | {a: {b: 1, c: 4}, d: 3}     | {a: {c: 4}}",
                "{a: {b: {c: 1, d: 2}}}      | {a: {b: {d: 2}}}            | {a: {b: {c: null}}}",
                "{a: {b: 1}}                 | {a: {}}                     | {a: {b: null}}",
                "{a: {b: 1}}                 | {}                          | {a: null}",
                "{a: [1, 2, 3]}              | {a: [1, 3]}                 | {a: [1, 3]}",
                "{a: [{b: 1}]}               | {a: [{b: 1}]}               | {}",
                "{a: [{b: 1, c: 2}]}         | {a: [{b: 1}]}               | {a: [{b: 1}]}",
                "{a: {b: 1}}                 | {a: x}                      | {a: x}",
                "{a: x}                      | {a: {b: 1}}                 | {a: {b: 1}}",
                "{a: [1]}                    | {a: {b: 1}}                 | {a: {b: 1}}",
                "{a: '1'}                    | {a: 1}                      | {a: 1}",
                "{a: 1}                      | {a: 1.5}                    | {a: 1.5}",
            })
    void names_only_what_differs(String before, String after, String patch) {
        assertThat(MergePatch.between(object(before), object(after))).isEqualTo(object(patch));
    }

    /** They may belong to somebody who tells them from absent fields. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{a: null}               | {a: null}               | {}",
                "{a: null}               | {}                      | {}",
                "{}                      | {a: null}               | {}",
                "{a: null, b: 1}         | {a: null, b: 2}         | {b: 2}",
                "{a: {x: null, b: 1}}    | {a: {x: null, b: 2}}    | {a: {b: 2}}",
                "{a: {x: null}}          | {a: {}}                 | {}",
                "{a: null}               | {a: 1}                  | {a: 1}",
            })
    void leaves_nulls_that_are_there_alone(String before, String after, String patch) {
        assertThat(MergePatch.between(object(before), object(after))).isEqualTo(object(patch));
    }

    @Test
    void tells_numbers_by_their_value_and_not_by_their_java_type() {
        Map<String, Object> parsed = Map.of("generation", 3, "job", Map.of("generation", 4));
        Map<String, Object> written = Map.of("generation", 3L, "job", Map.of("generation", 4L));

        assertThat(MergePatch.between(parsed, written)).isEmpty();
        assertThat(MergePatch.between(written, Map.of("generation", 3, "job", Map.of("generation", 5L))))
                .isEqualTo(Map.of("job", Map.of("generation", 5L)));
        assertThat(MergePatch.between(Map.of("generation", 3_000_000_000L), Map.of("generation", -1_294_967_296)))
                .as("equal as an int only")
                .isEqualTo(Map.of("generation", -1_294_967_296));
    }

    @Test
    void an_applied_patch_makes_the_one_of_the_other() {
        Random random = new Random(42);
        for (int i = 0; i < 5000; i++) {
            Map<String, Object> before = randomObject(random, 3);
            Map<String, Object> after = random.nextInt(10) == 0 ? before : randomObject(random, 3);
            Map<String, Object> patch = MergePatch.between(before, after);

            assertThat(withoutNulls(applied(before, patch)))
                    .as("%s with %s applied", before, patch)
                    .isEqualTo(withoutNulls(after));
            assertThat(MergePatch.between(before, before)).as("nothing to do").isEmpty();
            assertThat(MergePatch.between(withoutNulls(before), before))
                    .as("nulls are nothing")
                    .isEmpty();
        }
    }

    /** The algorithm as RFC 7396 has it in section 2. */
    private static Map<String, Object> applied(Object target, Map<?, ?> patch) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (target instanceof Map<?, ?> object) {
            object.forEach((key, value) -> result.put((String) key, value));
        }
        patch.forEach((key, value) -> {
            if (value == null) {
                result.remove(key);
            } else {
                result.put((String) key, value instanceof Map<?, ?> nested ? applied(result.get(key), nested) : value);
            }
        });
        return result;
    }

    /** Those in lists stay: no patch looks into a list. */
    private static Map<String, Object> withoutNulls(Map<?, ?> object) {
        Map<String, Object> result = new LinkedHashMap<>();
        object.forEach((key, value) -> {
            if (value != null) {
                result.put((String) key, value instanceof Map<?, ?> nested ? withoutNulls(nested) : value);
            }
        });
        return result;
    }

    private static Map<String, Object> randomObject(Random random, int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (String key : List.of("a", "b", "c", "d")) {
            if (random.nextBoolean()) {
                object.put(key, randomValue(random, depth));
            }
        }
        return object;
    }

    private static Object randomValue(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> null;
            case 1 -> random.nextInt(3);
            case 2 -> random.nextBoolean();
            case 3 -> "text " + random.nextInt(2);
            case 4 -> random.nextInt(2) / 2.0;
            case 5 -> new ArrayList<>(Arrays.asList(randomValue(random, depth - 1), randomValue(random, 0)));
            default -> randomObject(random, depth - 1);
        };
    }

    private static Map<String, Object> object(String yaml) {
        return GenericResources.object(yaml);
    }
}
