package io.savepoint;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.time.Clock;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** What the packages of the API may know of each other, of the outside world and of time. */
@AnalyzeClasses(packages = "io.savepoint", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Annotations, ours and those in the code that Immutables generates. */
    private static final String[] ANNOTATIONS = {
        "org.jspecify.annotations..",
        "org.immutables.value..",
        "javax.annotation..",
        "com.google.errorprone.annotations.."
    };

    private static final DescribedPredicate<JavaClass> CLOCK_THREAD_IO_OR_LOG = assignableTo(Clock.class)
            .or(assignableTo(Thread.class))
            .or(assignableTo(Executor.class))
            .or(assignableTo(File.class))
            .or(assignableTo(InputStream.class))
            .or(assignableTo(OutputStream.class))
            .or(assignableTo(Reader.class))
            .or(assignableTo(Writer.class))
            .or(assignableTo(System.Logger.class))
            .or(resideInAnyPackage(
                    "java.nio.file..", "java.nio.channels..", "java.net.http..", "java.sql..", "java.util.logging.."))
            .as("a clock, a thread, I/O or a logger");

    @ArchTest
    static final ArchRule modelSeesOnlyItself = classes()
            .that()
            .resideInAPackage("io.savepoint.model..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.savepoint.model..", "java..")
                    .or(resideInAnyPackage(ANNOTATIONS))
                    .as("are of the model, of java.* or annotations"))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule policySeesOnlyTheModel = classes()
            .that()
            .resideInAPackage("io.savepoint.policy..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.savepoint.policy..", "io.savepoint.model..", "java..")
                    .or(resideInAnyPackage(ANNOTATIONS))
                    .as("are of policy, of the model, of java.* or annotations"))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule modelAndPolicyArePure = noClasses()
            .that()
            .resideInAnyPackage("io.savepoint.model..", "io.savepoint.policy..")
            .should()
            .dependOnClassesThat(CLOCK_THREAD_IO_OR_LOG)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(eachPackage()).should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule internalIsNobodyElsesBusiness = noClasses()
            .that()
            .resideOutsideOfPackages("io.savepoint", "io.savepoint.internal..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.savepoint.internal.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule timeIsGivenNotTaken =
            noClasses().should().accessTargetWhere(takesTheTime()).allowEmptyShould(true);

    @ArchTest
    static final ArchRule theDefaultClockHasOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages("io.savepoint", "io.savepoint.spi")
            .should()
            .accessTargetWhere(makesAClock())
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodySleeps =
            noClasses().should().accessTargetWhere(sleeps()).allowEmptyShould(true);

    /** So no HTTP client, no JSON or Kubernetes library, no test framework, and nothing that drags them in. */
    @ArchTest
    static final ArchRule apiNeedsJavaAndSlf4jOnly = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.savepoint..", "java..", "org.slf4j..")
                    .or(resideInAnyPackage(ANNOTATIONS))
                    .as("are ours, of java.*, of SLF4J or annotations"))
            .andShould()
            .onlyDependOnClassesThat(DescribedPredicate.not(resideInAnyPackage("java.net.http..", "java.sql.."))
                    .as("are neither of an HTTP client nor of a database"))
            .allowEmptyShould(true);

    /** Every package is a slice of its own, the root package too. */
    private static SliceAssignment eachPackage() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return javaClass.getPackageName().startsWith("io.savepoint")
                        ? SliceIdentifier.of(javaClass.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "the packages of io.savepoint";
            }
        };
    }

    private static DescribedPredicate<JavaAccess<?>> takesTheTime() {
        return describe(
                "the time is taken from the system",
                access -> target(access, System.class, "currentTimeMillis", "nanoTime")
                        || target(access, Date.class, "<init>") && parameters(access) == 0
                        || access.getTargetOwner().getPackageName().equals("java.time")
                                && access.getName().equals("now")
                                && !takesAClock(access));
    }

    private static DescribedPredicate<JavaAccess<?>> makesAClock() {
        return describe(
                "a system clock is made",
                access -> access.getTargetOwner().isEquivalentTo(Clock.class)
                        && (access.getName().startsWith("system")
                                || access.getName().startsWith("tick") && !takesAClock(access)));
    }

    private static DescribedPredicate<JavaAccess<?>> sleeps() {
        return describe(
                "a thread is put to sleep",
                access -> target(access, Thread.class, "sleep") || target(access, TimeUnit.class, "sleep"));
    }

    private static boolean target(JavaAccess<?> access, Class<?> owner, String... names) {
        return access.getTargetOwner().isEquivalentTo(owner) && Set.of(names).contains(access.getName());
    }

    private static boolean takesAClock(JavaAccess<?> access) {
        return access instanceof JavaCodeUnitAccess<?> call
                && call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(parameter -> parameter.isEquivalentTo(Clock.class));
    }

    private static int parameters(JavaAccess<?> access) {
        return access instanceof JavaCodeUnitAccess<?> call
                ? call.getTarget().getRawParameterTypes().size()
                : 0;
    }
}
