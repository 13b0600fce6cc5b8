/** What a savepoint costs its client, by Flink's own client and by the SDK. */
@NullMarked
package io.savepoint.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
