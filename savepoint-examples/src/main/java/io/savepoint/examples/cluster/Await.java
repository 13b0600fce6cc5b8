package io.savepoint.examples.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Waits for something to become true elsewhere, in another process for example: by asking again, for a bounded time. */
public final class Await {

    private static final long PAUSE_MILLIS = 20;

    private Await() {}

    /**
     * Something that is asked until it has an answer.
     *
     * @param <T> the answer
     * @param <E> what makes further questions pointless
     */
    @FunctionalInterface
    public interface Question<T, E extends Exception> {

        /**
         * Asks once.
         *
         * @return the answer, or empty to be asked again
         * @throws E if there can't be an answer any more, which ends the wait
         */
        Optional<T> ask() throws E;
    }

    /**
     * Asks until there is an answer.
     *
     * @param <T> the answer
     * @param <E> what ends the wait early
     * @param what what is waited for, for the message when it doesn't come
     * @param timeout how long to ask; there is always one last question at its end
     * @param question what is asked
     * @return the answer
     * @throws E if the question threw it
     * @throws TimeoutException if there was no answer in time
     * @throws InterruptedException if the thread was interrupted
     */
    public static <T, E extends Exception> T answer(String what, Duration timeout, Question<T, E> question)
            throws E, TimeoutException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            boolean last = System.nanoTime() - start >= timeout.toNanos();
            Optional<T> answer = question.ask();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (last) {
                throw new TimeoutException("waited " + timeout.toMillis() + " ms in vain for " + what);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
