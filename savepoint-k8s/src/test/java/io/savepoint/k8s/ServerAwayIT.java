package io.savepoint.k8s;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The API server is away for longer than any request may take: the manager misses nothing. */
@Tag("kubernetes")
class ServerAwayIT extends LostServer {
    @Test
    void a_server_that_is_two_minutes_away() throws Exception {
        server.down();
        // The time that it is away is what is tested.
        boolean ignored = new CountDownLatch(1).await(2, TimeUnit.MINUTES);
        comeBackAfterEditsThatNobodyWatches();

        assertEverythingIsServed();
    }
}
