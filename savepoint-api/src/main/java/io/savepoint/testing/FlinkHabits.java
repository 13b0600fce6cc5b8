package io.savepoint.testing;

/**
 * In what the versions of Flink differ, as far as a savepoint manager can notice.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @param clientTriggerIds whether trigger ids and formats are taken from the client; otherwise Flink chooses an id of
 *     its own for every request and refuses the native format (before 1.15)
 * @param remembersEndedJobs whether the id of a job that ended cannot be used for another submission while the
 *     JobManager lives; otherwise only that of a running job cannot (before 1.15)
 * @param cancelsEndedJobs whether cancelling a job that has ended is accepted; otherwise the job is not found (before
 *     1.15)
 */
public record FlinkHabits(boolean clientTriggerIds, boolean remembersEndedJobs, boolean cancelsEndedJobs) {
    /**
     * The habits of a version.
     *
     * @param version Flink's version, for example {@code 1.20.5}
     * @return its habits
     * @throws IllegalArgumentException if it does not begin with two numbers
     */
    public static FlinkHabits ofVersion(String version) {
        String[] parts = version.split("\\.", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            int minor = Integer.parseInt(parts[1].replaceFirst("-.*", ""));
            boolean modern = major > 1 || minor >= 15;
            return new FlinkHabits(modern, modern, modern);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("not a version of Flink such as 1.20.5: '" + version + "'", e);
        }
    }
}
