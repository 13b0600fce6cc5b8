package io.savepoint.flink.rest.fuzz;

import java.util.random.RandomGenerator;

/** One way to break an answer. */
interface Mutation {
    String name();

    Sent send(Reply reply, RandomGenerator random);
}
