package io.savepoint.k8s;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the Kubernetes module may rest on, and where it must not get its time from. */
@AnalyzeClasses(packages = "io.savepoint.k8s", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule theEngineIsOutOfReach =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.savepoint.internal..");

    @ArchTest
    static final ArchRule timeIsGivenNotTaken = noClasses().should().accessTargetWhere(takesTheTimeOrSleeps());

    /** It is data, which does not need the store; so the two packages make no cycle. */
    @ArchTest
    static final ArchRule theModelStandsAlone = noClasses()
            .that()
            .resideInAPackage("io.savepoint.k8s.model")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.savepoint.k8s");

    /** The annotations are the same for Jackson 2 and 3, all else is not, and which one there is comes with the client. */
    @ArchTest
    static final ArchRule jacksonIsTheClientsOwn = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("com.fasterxml.jackson..", "tools.jackson..")
                    .and(DescribedPredicate.not(resideInAnyPackage("com.fasterxml.jackson.annotation"))));

    private static DescribedPredicate<JavaAccess<?>> takesTheTimeOrSleeps() {
        return describe(
                "the time is taken from the system, or a thread is put to sleep",
                access -> target(access, System.class, "currentTimeMillis", "nanoTime")
                        || target(access, Thread.class, "sleep")
                        || target(access, TimeUnit.class, "sleep")
                        || access.getTargetOwner().getPackageName().equals("java.time")
                                && access.getName().equals("now")
                                && !takesAClock(access));
    }

    private static boolean target(JavaAccess<?> access, Class<?> owner, String... names) {
        return access.getTargetOwner().isEquivalentTo(owner) && Set.of(names).contains(access.getName());
    }

    private static boolean takesAClock(JavaAccess<?> access) {
        return access instanceof JavaCodeUnitAccess<?> call
                && call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(parameter -> parameter.isEquivalentTo(Clock.class));
    }
}
