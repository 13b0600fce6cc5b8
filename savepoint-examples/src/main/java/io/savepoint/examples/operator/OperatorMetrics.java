package io.savepoint.examples.operator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.savepoint.SavepointListener;
import io.savepoint.model.SavepointEvent;
import io.savepoint.model.TriggerReason;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Counts what happens, over all clusters: a label for each of thousands would be too much. Safe for use by any number of threads. */
final class OperatorMetrics implements SavepointListener {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer savepoints = Timer.builder("savepoint.duration")
            .description("How long completed savepoints took")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(10))
            .maximumExpectedValue(Duration.ofHours(1))
            .register(registry);
    private final DistributionSummary sizes = DistributionSummary.builder("savepoint.size")
            .baseUnit("bytes")
            .description("How large completed savepoints are, where Flink tells")
            .register(registry);

    @Override
    public void onEvent(SavepointEvent event) {
        Counter.builder("savepoint.events")
                .description("What happened, by type and by the reason of the savepoint")
                .tag("type", event.type().name().toLowerCase(Locale.ROOT))
                .tag("reason", event.reason().map(TriggerReason::label).orElse(""))
                .register(registry)
                .increment();
        event.duration().ifPresent(savepoints::record);
        event.sizeBytes().ifPresent(sizes::record);
    }

    /** Shows a number that is asked for when the metrics are. */
    void gauge(String name, String description, Callable<? extends Number> value) {
        Gauge.builder(name, () -> {
                    try {
                        return value.call();
                    } catch (Exception unknown) {
                        return Double.NaN;
                    }
                })
                .description(description)
                .register(registry);
    }

    /** The metrics in Prometheus' text form. */
    String text() {
        return registry.scrape();
    }
}
