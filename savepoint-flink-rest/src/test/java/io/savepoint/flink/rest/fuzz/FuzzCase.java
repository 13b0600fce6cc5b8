package io.savepoint.flink.rest.fuzz;

import io.savepoint.flink.rest.Recording;
import io.savepoint.flink.rest.Recording.Exchange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One answer to one question, made of a seed and a number alone.
 *
 * @param question the request that gets it; all others get sound answers
 * @param times how often it is given, until that question gets a sound answer, too
 * @param sound what the other questions of the method are answered
 */
record FuzzCase(
        long seed,
        long number,
        Target target,
        Exchange recorded,
        Mutation mutation,
        Pattern question,
        int times,
        Sent sent,
        Map<Pattern, Sent> sound) {
    /** One in so many takes its time. */
    private static final int SLOW = 300;

    private static final List<Exchange> RECORDED = Recording.all();
    private static final Map<Target, List<Exchange>> ANSWERS = Target.ALL.stream()
            .collect(Collectors.toMap(
                    target -> target,
                    target -> RECORDED.stream().filter(target::isAnsweredBy).toList()));
    private static final List<Exchange> CONFIGS =
            RECORDED.stream().filter(it -> it.url().equals("/config")).toList();
    private static final List<Mutation> QUICK = quick();

    /** Those of the body come twice. */
    private static List<Mutation> quick() {
        List<Mutation> all = new ArrayList<>(Arrays.asList(WireMutation.values()));
        all.addAll(Arrays.asList(BodyMutation.values()));
        all.addAll(Arrays.asList(BodyMutation.values()));
        return all;
    }

    static boolean isSlow(long number) {
        return number % SLOW == 0;
    }

    static FuzzCase of(long seed, long number) {
        RandomGenerator random = new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
        Target target = BodyMutation.any(Target.ALL, random);
        // Now and then what was recorded for another question.
        Exchange recorded = BodyMutation.any(random.nextInt(10) == 0 ? RECORDED : ANSWERS.get(target), random);
        Pattern question = target.questionOf(recorded, random);
        Mutation mutation = isSlow(number)
                ? SlowMutation.values()[(int) (number / SLOW % SlowMutation.values().length)]
                : BodyMutation.any(QUICK, random);
        Sent sent = mutation.send(Reply.of(recorded), random);
        int times = isSlow(number) ? Integer.MAX_VALUE : 1 + random.nextInt(3);
        return new FuzzCase(seed, number, target, recorded, mutation, question, times, sent, sound(random));
    }

    /** A cluster without jobs, for as often as it is asked. */
    static FuzzCase ofASoundCluster() {
        Exchange overview = new Exchange("GET", "/jobs/overview", "", 200, "application/json", "{\"jobs\":[]}");
        Target target = Target.ALL.get(0);
        return new FuzzCase(
                0,
                -1,
                target,
                overview,
                BodyMutation.SPACES,
                target.questions().get(0),
                Integer.MAX_VALUE,
                Sent.sound(Reply.of(overview)),
                Map.of());
    }

    private static Map<Pattern, Sent> sound(RandomGenerator random) {
        return Map.of(
                Pattern.compile(Target.CONFIG),
                Sent.sound(Reply.of(BodyMutation.any(CONFIGS, random))),
                Pattern.compile(Target.TRIGGER),
                json(202, "{\"request-id\":\"" + "cd".repeat(16) + "\"}"),
                Pattern.compile(Target.STATUS),
                json(200, "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/sound\"}}"),
                Pattern.compile(Target.DISPOSAL),
                json(202, "{\"request-id\":\"" + "cd".repeat(16) + "\"}"),
                Pattern.compile(Target.DISPOSAL_STATUS),
                json(200, "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{}}"));
    }

    private static Sent json(int status, String body) {
        return Sent.sound(Reply.of(new Exchange("", "", "", status, "application/json", body)));
    }

    @Override
    public String toString() {
        return "case " + number + " (" + target.name() + " is answered what was recorded for " + recorded.method() + " "
                + recorded.url() + ", " + mutation.name() + ")";
    }
}
