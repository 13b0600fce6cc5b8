package io.savepoint.model;

import java.util.List;
import java.util.stream.Collectors;

/** A {@link JobSpec} that breaks the rules; the message lists every problem. */
public final class InvalidSpecException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<SpecProblem> problems;

    /**
     * Reports problems.
     *
     * @param problems what is wrong; not empty
     */
    public InvalidSpecException(List<SpecProblem> problems) {
        super(problems.stream().map(SpecProblem::message).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /**
     * What is wrong.
     *
     * @return the problems, at least one
     */
    public List<SpecProblem> problems() {
        return problems;
    }
}
