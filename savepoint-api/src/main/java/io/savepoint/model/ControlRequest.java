package io.savepoint.model;

/**
 * A user control that waits to be accepted: the annotation {@value #ANNOTATION} of a {@code FlinkCluster}, or what a
 * store without annotations has in its place.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param value what the user asks for; {@value #SAVEPOINT} and {@value #JOB_CANCEL} are understood
 */
public record ControlRequest(String value) {
    /** The annotation that carries it in Kubernetes. */
    public static final String ANNOTATION = "flinkclusters.flinkoperator.k8s.io/user-control";

    /** Asks for one savepoint. */
    public static final String SAVEPOINT = "savepoint";

    /** Asks to stop the job, with a savepoint where there is a directory for it. */
    public static final String JOB_CANCEL = "job-cancel";
}
