package dev.stringsvc.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds the house's plan: which room may import which.
class ArchitectureTest {
    private static final String ROOT = "dev.stringsvc.gateway";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @CsvSource({
        "config, route upstream",
        "route, ''",
        "discovery, ''",
        "discovery.consul, discovery",
        "discovery.lastgood, discovery",
        "transport, transport.http1 transport.h2",
        "transport.http1, transport",
        "transport.h2, transport",
        "upstream, discovery transport",
        "proxy, route upstream transport",
        "server, proxy route upstream transport discovery",
        "telemetry, server proxy route upstream transport discovery"
    })
    void a_room_imports_no_room_but_those_it_may(String room, String allowed) {
        Set<String> may =
                Arrays.stream(allowed.split(" ")).map(ArchitectureTest::name).collect(Collectors.toSet());
        may.add(name(room));
        Set<String> imported = CLASSES.stream()
                .filter(javaClass -> javaClass.getPackageName().equals(name(room)))
                .flatMap(javaClass -> javaClass.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .filter(name -> name.startsWith(ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(may).containsAll(imported);
    }

    private static String name(String room) {
        return room.isEmpty() ? ROOT + ".none" : ROOT + "." + room;
    }

    @ParameterizedTest
    @CsvSource({
        "okhttp3.., discovery.consul",
        "okio.., discovery.consul",
        "com.orbitz.., discovery.consul",
        "io.javalin.., server",
        "org.eclipse.jetty.., server transport.http1 transport.h2",
        "io.micrometer.., telemetry",
        "io.github.resilience4j.retry.., proxy",
        "io.github.resilience4j.circuitbreaker.., upstream",
        "com.fasterxml.jackson.dataformat.., config"
    })
    void a_library_is_known_to_its_rooms_and_the_root(String library, String rooms) {
        Stream<String> knowing = Arrays.stream(rooms.split(" ")).map(ArchitectureTest::name);
        noClasses()
                .that()
                .resideOutsideOfPackages(Stream.concat(knowing, Stream.of(ROOT)).toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    @Test
    void rooms_do_not_depend_on_each_other_in_a_circle() {
        SlicesRuleDefinition.slices()
                .matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @Test
    void no_class_is_named_for_having_no_job() {
        assertThat(CLASSES.stream().map(JavaClass::getSimpleName))
                .noneMatch(name -> name.matches(".*(Manager|Helper|Utils?|Impl|Processor)"));
    }
}
