package io.savepoint.flink.rest;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the users of the transport must not see, and where it must not get its time from. */
@AnalyzeClasses(packages = "io.savepoint.flink.rest", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule jacksonStaysInside = classes()
            .that()
            .arePublic()
            .should(keepJacksonOutOfTheirSignatures())
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theEngineIsOutOfReach = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.savepoint.internal..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule timeIsGivenNotTaken =
            noClasses().should().accessTargetWhere(takesTheTimeOrSleeps()).allowEmptyShould(true);

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

    private static ArchCondition<JavaClass> keepJacksonOutOfTheirSignatures() {
        return new ArchCondition<>("keep Jackson out of what others see of them") {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                Stream.concat(javaClass.getSuperclass().stream(), javaClass.getInterfaces().stream())
                        .filter(ArchitectureTest::isOfJackson)
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                javaClass, javaClass.getDescription() + " is a " + type.getName())));
                javaClass.getMembers().stream()
                        .filter(ArchitectureTest::isSeenByOthers)
                        .filter(member -> signature(member).anyMatch(ArchitectureTest::isOfJackson))
                        .forEach(member -> events.add(SimpleConditionEvent.violated(
                                member, member.getDescription() + " shows a type of Jackson")));
            }
        };
    }

    private static boolean isSeenByOthers(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaType> signature(JavaMember member) {
        if (member instanceof JavaCodeUnit method) {
            return Stream.of(
                            Stream.of(method.getReturnType()),
                            method.getParameterTypes().stream(),
                            method.getThrowsClause().getTypes().stream())
                    .flatMap(types -> types);
        }
        return member.getAllInvolvedRawTypes().stream().map(JavaType.class::cast);
    }

    private static boolean isOfJackson(JavaType type) {
        return type.getAllInvolvedRawTypes().stream()
                .map(JavaClass::getPackageName)
                .anyMatch(name -> name.startsWith("com.fasterxml.jackson") || name.startsWith("tools.jackson"));
    }
}
