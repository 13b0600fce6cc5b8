package io.savepoint.k8s.model;

import io.fabric8.crd.generator.annotation.Annotations;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A Flink cluster with one managed job. Only what concerns savepoints has fields of its own; everything else that a
 * manifest has in {@code spec} and {@code status} is kept as it is.
 *
 * <p>Not safe for use by several threads.
 */
@Group(FlinkCluster.GROUP)
@Version(FlinkCluster.VERSION)
@Kind(FlinkCluster.KIND)
@Singular("flinkcluster")
@Plural(FlinkCluster.PLURAL)
@ShortNames("fc")
// The group is one of Kubernetes' own: https://github.com/kubernetes/enhancements/pull/1111
@Annotations("api-approved.kubernetes.io=unapproved, the group is the one that its users know")
public final class FlinkCluster extends CustomResource<FlinkClusterSpec, FlinkClusterStatus> implements Namespaced {
    /** The API group. */
    public static final String GROUP = "flinkoperator.k8s.io";

    /** The version in the group. */
    public static final String VERSION = "v1beta1";

    /** The kind. */
    public static final String KIND = "FlinkCluster";

    /** The name of the collection, as in URLs and in rules of RBAC. */
    public static final String PLURAL = "flinkclusters";

    private static final long serialVersionUID = 1L;

    /** A resource without name, spec and status. */
    public FlinkCluster() {}

    @Override
    protected FlinkClusterSpec initSpec() {
        return new FlinkClusterSpec();
    }
}
