package io.savepoint.store;

import io.savepoint.model.InvalidSpecException;
import io.savepoint.model.JobSpec;
import io.savepoint.model.RestartPolicy;
import io.savepoint.model.SavepointFormat;
import io.savepoint.model.SpecProblem;
import io.savepoint.store.FieldWriter.Owned;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The object {@code spec.job} of a {@code FlinkCluster} as a plain map, as any JSON library yields it: of strings,
 * numbers, booleans, lists and maps. JSON's {@code null} is the same as an absent field.
 *
 * <p>Stateless and safe for use by any number of threads.
 */
public final class SpecDocument {
    private static final Owned OWNED = Owned.values(
            "jarFile",
            "className",
            "args",
            "parallelism",
            "fromSavepoint",
            "allowNonRestoredState",
            "savepointsDir",
            "autoSavepointSeconds",
            "savepointGeneration",
            "restartPolicy",
            "cancelRequested",
            "savepointFormatType",
            "maxStateAgeToRestoreSeconds");

    private SpecDocument() {}

    /**
     * Reads a spec. It never fails: a field that is malformed or breaks a rule is left out and reported, one that is
     * unknown is ignored.
     *
     * @param job the object {@code spec.job}
     * @return the spec, and what is wrong with the document
     */
    public static Read<JobSpec> read(Map<String, ? extends @Nullable Object> job) {
        List<SpecProblem> problems = new ArrayList<>();
        FieldReader fields = FieldReader.of(job, "", problems);
        Map<String, Consumer<JobSpec.Builder>> setters = new LinkedHashMap<>();
        fields.text("jarFile").ifPresent(value -> setters.put("jarFile", spec -> spec.jarFile(value)));
        fields.text("className").ifPresent(value -> setters.put("className", spec -> spec.className(value)));
        fields.texts("args").ifPresent(value -> setters.put("args", spec -> spec.args(value)));
        fields.integer("parallelism", Integer.MIN_VALUE)
                .ifPresent(value -> setters.put("parallelism", spec -> spec.parallelism(value)));
        fields.text("fromSavepoint")
                .ifPresent(value -> setters.put("fromSavepoint", spec -> spec.fromSavepoint(value)));
        fields.bool("allowNonRestoredState")
                .ifPresent(value -> setters.put("allowNonRestoredState", spec -> spec.allowNonRestoredState(value)));
        fields.text("savepointsDir")
                .ifPresent(value -> setters.put("savepointsDir", spec -> spec.savepointsDir(value)));
        fields.whole("autoSavepointSeconds", Long.MIN_VALUE)
                .ifPresent(value -> setters.put("autoSavepointSeconds", spec -> spec.autoSavepointSeconds(value)));
        fields.whole("savepointGeneration", Long.MIN_VALUE)
                .ifPresent(value -> setters.put("savepointGeneration", spec -> spec.savepointGeneration(value)));
        fields.label("restartPolicy", RestartPolicy.class)
                .ifPresent(value -> setters.put("restartPolicy", spec -> spec.restartPolicy(value)));
        fields.bool("cancelRequested")
                .ifPresent(value -> setters.put("cancelRequested", spec -> spec.cancelRequested(value)));
        fields.label("savepointFormatType", SavepointFormat.class)
                .ifPresent(value -> setters.put("savepointFormatType", spec -> spec.savepointFormatType(value)));
        fields.whole("maxStateAgeToRestoreSeconds", Long.MIN_VALUE)
                .ifPresent(value ->
                        setters.put("maxStateAgeToRestoreSeconds", spec -> spec.maxStateAgeToRestoreSeconds(value)));
        return new Read<>(build(setters, problems), problems);
    }

    /**
     * Writes a spec.
     *
     * @param spec the spec
     * @return a new map, the caller's to change
     */
    public static Map<String, Object> write(JobSpec spec) {
        return new FieldWriter(ChronoUnit.SECONDS)
                .put("jarFile", spec.jarFile())
                .put("className", spec.className())
                .put("args", spec.args())
                .put("parallelism", spec.parallelism())
                .put("fromSavepoint", spec.fromSavepoint())
                .put("allowNonRestoredState", spec.allowNonRestoredState())
                .put("savepointsDir", spec.savepointsDir())
                .put("autoSavepointSeconds", spec.autoSavepointSeconds())
                .put("savepointGeneration", spec.savepointGeneration())
                .put("restartPolicy", spec.restartPolicy())
                .put("cancelRequested", spec.cancelRequested())
                .put("savepointFormatType", spec.savepointFormatType())
                .put("maxStateAgeToRestoreSeconds", spec.maxStateAgeToRestoreSeconds())
                .done();
    }

    /**
     * Writes a spec over an existing document: fields that {@link JobSpec} does not have are kept.
     *
     * @param existing the object {@code spec.job} as it is; not changed
     * @param spec the new spec, whole: a field left empty is removed
     * @return a new map, the caller's to change
     */
    public static Map<String, @Nullable Object> merge(Map<String, ? extends @Nullable Object> existing, JobSpec spec) {
        return FieldWriter.merge(existing, write(spec), OWNED);
    }

    /** Leaves out what breaks a rule until the rest keeps them all: dropping one field may leave another without it. */
    private static JobSpec build(Map<String, Consumer<JobSpec.Builder>> setters, List<SpecProblem> problems) {
        while (true) {
            JobSpec.Builder spec = JobSpec.builder();
            setters.values().forEach(setter -> setter.accept(spec));
            try {
                return spec.build();
            } catch (InvalidSpecException e) {
                problems.addAll(e.problems());
                List<String> broken =
                        e.problems().stream().map(SpecProblem::field).toList();
                if (!setters.keySet().removeAll(broken)) {
                    setters.clear();
                }
            }
        }
    }
}
