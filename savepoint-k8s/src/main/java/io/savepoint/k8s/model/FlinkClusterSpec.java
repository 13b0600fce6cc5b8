package io.savepoint.k8s.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What is wanted of a cluster. Not safe for use by several threads. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class FlinkClusterSpec extends OpenObject {
    /** The managed job; null for a session cluster, which no manager looks after. */
    @JsonPropertyDescription("The job that the cluster runs; a session cluster has none.")
    public @Nullable FlinkJobSpec job;

    /** A spec without a job. */
    public FlinkClusterSpec() {}
}
