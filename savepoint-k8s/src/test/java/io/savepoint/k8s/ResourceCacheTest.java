package io.savepoint.k8s;

import static io.savepoint.k8s.GenericResources.ORDERS;
import static io.savepoint.k8s.GenericResources.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.savepoint.model.ClusterId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceCacheTest {
    private static final String KEY = "shop/orders";

    private final ResourceCache cache = new ResourceCache();

    @ParameterizedTest
    @CsvSource({
        "10,  11, 11",
        "11,  10, 11",
        "9,   10, 10",
        "10,  9,  10",
        "99,  100, 100",
        "100, 99, 100",
        // More than a long, and more than a double can tell apart.
        "99999999999999999999, 100000000000000000000, 100000000000000000000",
        "100000000000000000000, 99999999999999999999, 100000000000000000000",
    })
    void never_goes_back_to_an_older_version(String first, String second, String kept) {
        cache.put(KEY, orders(first, "{}"));
        cache.put(KEY, orders(second, "{}"));
        assertThat(version()).as("put").isEqualTo(kept);

        cache.remove(KEY);
        cache.put(KEY, orders(first, "{}"));
        cache.offer(orders(second, "{}"));
        assertThat(version()).as("offered").isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({"10, abc, abc", "abc, 10, 10", "abc, abd, abd", "abd, abc, abc"})
    void takes_what_comes_later_for_newer_where_versions_are_no_numbers(String first, String second, String kept) {
        cache.put(KEY, orders(first, "{}"));
        cache.put(KEY, orders(second, "{}"));

        assertThat(version()).isEqualTo(kept);
    }

    @Test
    void the_same_version_may_come_again() {
        cache.put(KEY, orders("10", "{spec: {a: 1}}"));
        cache.put(KEY, orders("10", "{spec: {a: 1}}"));

        assertThat(version()).isEqualTo("10");
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void tells_what_was_there_before_also_if_it_stays() {
        assertThat(cache.put(KEY, orders("10", "{}"))).isNull();
        assertThat(cache.put(KEY, orders("12", "{}")))
                .extracting(ResourceCacheTest::versionOf)
                .isEqualTo("10");
        assertThat(cache.put(KEY, orders("11", "{}")))
                .extracting(ResourceCacheTest::versionOf)
                .isEqualTo("12");
        assertThat(cache.offer(orders("13", "{}")))
                .map(ResourceCacheTest::versionOf)
                .hasValue("12");
    }

    @Test
    void an_offer_of_what_is_not_there_is_not_taken() {
        assertThat(cache.offer(orders("10", "{}"))).isEmpty();
        assertThat(cache.find(ORDERS)).isEmpty();

        cache.put(KEY, orders("10", "{}"));
        cache.remove(KEY);
        assertThat(cache.offer(orders("11", "{}"))).isEmpty();
        assertThat(cache.replace(Optional.empty(), orders("11", "{}"))).isEmpty();
        assertThat(cache.replace(Optional.of(orders("10", "{}")), orders("11", "{}")))
                .isEmpty();
        assertThat(cache.find(ORDERS)).isEmpty();
    }

    @Test
    void only_the_one_that_is_gone_is_forgotten() {
        cache.put(KEY, orders("10", "uid: a", "{}"));
        GenericKubernetesResource gone = cache.find(ORDERS).orElseThrow();
        cache.remove(KEY);
        cache.put(KEY, orders("12", "uid: b", "{}"));

        assertThat(cache.forget(gone)).isFalse();
        assertThat(version()).isEqualTo("12");
        assertThat(cache.forget(cache.find(ORDERS).orElseThrow())).isTrue();
        assertThat(cache.find(ORDERS)).isEmpty();
    }

    @Test
    void an_answer_replaces_what_it_was_asked_about_and_nothing_newer() {
        cache.put(KEY, orders("100", "{}"));
        Optional<GenericKubernetesResource> asked = cache.find(ORDERS);
        assertThat(cache.replace(asked, orders("7", "{}"))).isEqualTo(asked);
        assertThat(version()).as("of a restored data store").isEqualTo("7");

        cache.put(KEY, orders("9", "{}"));
        assertThat(cache.replace(asked, orders("8", "{}")))
                .map(ResourceCacheTest::versionOf)
                .hasValue("9");
        assertThat(version()).as("what came meanwhile").isEqualTo("9");
    }

    @Test
    void one_that_was_made_anew_is_taken_once_the_former_is_removed() {
        cache.put(KEY, orders("10", "uid: a", "{}"));
        cache.remove(KEY);
        cache.put(KEY, orders("12", "uid: b", "{}"));

        assertThat(cache.find(ORDERS))
                .map(found -> found.getMetadata().getUid())
                .hasValue("b");
    }

    @Test
    void drops_what_only_takes_memory_and_nothing_else() {
        String ballast =
                "labels: {team: a}, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}', b: c},"
                        + " managedFields: [{manager: kubectl, operation: Update}]";
        cache.put(KEY, orders("10", ballast, "{spec: {job: {jarFile: a.jar}}}"));
        assertLight("put");
        cache.offer(orders("11", ballast, "{spec: {job: {jarFile: a.jar}}}"));
        assertThat(version()).isEqualTo("11");
        assertLight("offered");
    }

    private void assertLight(String how) {
        GenericKubernetesResource found = cache.find(ORDERS).orElseThrow();
        assertThat(found.getMetadata().getManagedFields()).as(how).isEmpty();
        assertThat(found.getMetadata().getAnnotations()).as(how).containsOnlyKeys("b");
        assertThat(found.getMetadata().getLabels()).as(how).containsEntry("team", "a");
        assertThat(found.getAdditionalProperties()).as(how).containsOnlyKeys("spec");
    }

    /** The key is the one that the client's own informers use, and that of {@link ClusterId#toString}. */
    @Test
    void is_an_item_store_of_all_its_resources() {
        cache.put(cache.getKey(orders("10", "{}")), orders("10", "{}"));

        assertThat(cache.getKey(orders("10", "{}"))).isEqualTo(ORDERS.toString());
        assertThat(cache.keySet()).containsExactly(KEY);
        assertThat(cache.values()).extracting(ResourceCacheTest::versionOf).containsExactly("10");
        assertThat(cache.get(KEY)).isNotNull();
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void the_newest_stays_however_many_threads_put_and_offer() {
        cache.put(KEY, orders("0", "{}"));
        List<GenericKubernetesResource> versions = new ArrayList<>(IntStream.rangeClosed(1, 2000)
                .mapToObj(version -> orders(String.valueOf(version), "{}"))
                .toList());
        Collections.shuffle(versions, new Random(42));

        CompletableFuture<?>[] halves = IntStream.range(0, 2)
                .mapToObj(half -> CompletableFuture.runAsync(() -> {
                    for (int i = half; i < versions.size(); i += 2) {
                        if (half == 0) {
                            cache.put(KEY, versions.get(i));
                        } else {
                            cache.offer(versions.get(i));
                        }
                    }
                }))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(halves).join();

        assertThat(version()).isEqualTo("2000");
    }

    private String version() {
        return versionOf(cache.find(ORDERS).orElseThrow());
    }

    private static String versionOf(GenericKubernetesResource resource) {
        return resource.getMetadata().getResourceVersion();
    }
}
