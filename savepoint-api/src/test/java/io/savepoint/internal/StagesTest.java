package io.savepoint.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.savepoint.spi.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class StagesTest {
    private static final StoreException FAILURE = new StoreException("no answer", new IllegalStateException("reset"));

    @Test
    void whatWrapsAFailureIsTakenOffAndNothingElse() {
        assertThat(Stages.unwrap(FAILURE)).isSameAs(FAILURE);
        assertThat(Stages.unwrap(new CompletionException(FAILURE))).isSameAs(FAILURE);
        assertThat(Stages.unwrap(new ExecutionException(FAILURE))).isSameAs(FAILURE);
        assertThat(Stages.unwrap(new CompletionException(new ExecutionException(FAILURE))))
                .isSameAs(FAILURE);
        CompletionException empty = new CompletionException("nothing inside", null);
        assertThat(Stages.unwrap(empty)).isSameAs(empty);
    }

    @Test
    void aFailureIsDescribedByItsMessageOrElseByItsName() {
        assertThat(Stages.describe(new CompletionException(FAILURE))).isEqualTo("no answer");
        assertThat(Stages.describe(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void whatIsThrownBecomesAFailure() {
        CompletableFuture<Object> thrown = Stages.call(() -> {
            throw FAILURE;
        });
        assertThatThrownBy(thrown::join).hasCause(FAILURE);
        assertThat(Stages.call(() -> CompletableFuture.completedFuture("value")))
                .isCompletedWithValue("value");
    }
}
