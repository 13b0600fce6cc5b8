package io.savepoint.policy;

import io.savepoint.model.ControlRequest;
import io.savepoint.model.ControlState;
import io.savepoint.model.ControlStatus;
import io.savepoint.model.JobState;
import io.savepoint.model.TriggerReason;
import java.util.Optional;
import java.util.Set;

/**
 * Answers the annotation {@value ControlRequest#ANNOTATION}: accepts or refuses what it asks for, one control at a time,
 * and takes the savepoint of an accepted {@value ControlRequest#SAVEPOINT}. An accepted
 * {@value ControlRequest#JOB_CANCEL} is carried out by {@link JobCancelPolicy}.
 *
 * <p>Immutable and safe for use by any number of threads.
 */
public final class AnnotationTriggeredPolicy implements SavepointPolicy {
    private static final Set<String> KNOWN = Set.of(ControlRequest.SAVEPOINT, ControlRequest.JOB_CANCEL);
    private static final int MOST_QUOTED = 64;

    private AnnotationTriggeredPolicy() {}

    /**
     * The policy.
     *
     * @return the policy
     */
    public static AnnotationTriggeredPolicy create() {
        return new AnnotationTriggeredPolicy();
    }

    @Override
    public String name() {
        return "annotation";
    }

    @Override
    public Precedence precedence() {
        return Precedence.ANNOTATION;
    }

    @Override
    public Decision decide(PolicyContext context) {
        Optional<ControlStatus> active =
                context.status().control().filter(control -> !control.state().isFinal());
        boolean orphaned = active.filter(control -> control.state() == ControlState.IN_PROGRESS)
                        .isPresent()
                && context.bookkeeping().operation().isEmpty();
        if (orphaned) {
            return new Decision.RefuseControl("it was begun by something else, and what became of it is not known here;"
                    + " annotate again if it is still wanted");
        }
        if (active.isPresent() && !KNOWN.contains(active.get().name())) {
            return new Decision.RefuseControl(unknown(active.get().name()));
        }
        if (active.isPresent()) {
            return isAccepted(active.get(), ControlRequest.SAVEPOINT)
                    ? serve(context, active.get())
                    : new Decision.Nothing();
        }
        return context.control().map(request -> answer(context, request)).orElseGet(Decision.Nothing::new);
    }

    static boolean isAccepted(ControlStatus control, String name) {
        return control.state() == ControlState.REQUESTED && control.name().equals(name);
    }

    private static Decision answer(PolicyContext context, ControlRequest request) {
        return switch (request.value()) {
            case ControlRequest.SAVEPOINT ->
                refusal(context).<Decision>map(Decision.RefuseControl::new).orElseGet(Decision.AcceptControl::new);
            case ControlRequest.JOB_CANCEL ->
                context.jobState() == JobState.RUNNING
                        ? new Decision.AcceptControl()
                        : new Decision.RefuseControl("job-cancel needs a running job; the job is "
                                + context.jobState().label()
                                + (context.jobState().isTerminal()
                                        ? "; there is nothing to cancel"
                                        : "; annotate again when it runs, or set cancelRequested"));
            default -> new Decision.RefuseControl(unknown(request.value()));
        };
    }

    private static String unknown(String value) {
        String quoted = value.length() <= MOST_QUOTED ? value : value.substring(0, MOST_QUOTED) + "\u2026";
        return "user-control must be " + ControlRequest.SAVEPOINT + " or " + ControlRequest.JOB_CANCEL + ", was '"
                + quoted + "'; annotate again with one of them";
    }

    private static Optional<String> refusal(PolicyContext context) {
        if (context.spec().savepointsDir().isEmpty()) {
            return Optional.of("savepoint needs savepointsDir, which is not set; set spec.job.savepointsDir and"
                    + " annotate again");
        }
        if (context.jobState() != JobState.RUNNING) {
            return Optional.of("savepoint needs a running job; the job is "
                    + context.jobState().label() + "; annotate again when it runs");
        }
        return Optional.empty();
    }

    private static Decision serve(PolicyContext context, ControlStatus control) {
        Optional<String> refusal = refusal(context);
        if (refusal.isPresent()) {
            return new Decision.RefuseControl(refusal.get());
        }
        return Readiness.whenReady(
                context,
                control.updateTime(),
                new Decision.TakeSavepoint(Decision.CONTROL_TOKEN, TriggerReason.USER_REQUESTED, 1));
    }
}
