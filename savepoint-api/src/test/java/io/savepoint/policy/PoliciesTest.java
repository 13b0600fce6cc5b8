package io.savepoint.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

class PoliciesTest {
    @Test
    void theNamesUnderWhichRequestsAreStoredNeverChange() {
        assertThat(Policies.defaults())
                .extracting(SavepointPolicy::name, SavepointPolicy::precedence)
                .containsExactly(
                        tuple("restart", Precedence.RESTART),
                        tuple("start", Precedence.START),
                        tuple("job-cancel", Precedence.JOB_CANCEL),
                        tuple("annotation", Precedence.ANNOTATION),
                        tuple("generation", Precedence.GENERATION),
                        tuple("periodic", Precedence.PERIODIC));
    }
}
