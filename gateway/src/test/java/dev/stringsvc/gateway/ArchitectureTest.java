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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds the layout: which room may import which.
class ArchitectureTest {
    private static final String ROOT = "dev.stringsvc.gateway";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @CsvSource({
        "http, ''",
        "route, http",
        "config, route upstream grpc",
        "tags, config route",
        "discovery, ''",
        "discovery.consul, discovery",
        "discovery.etcd, discovery",
        "discovery.lastgood, discovery",
        "transport, http transport.http1 transport.h2",
        "transport.http1, transport http",
        "transport.h2, transport http",
        "upstream, discovery transport http",
        "balance, route upstream http",
        "retry, balance upstream route transport http",
        "tunnel, transport http",
        "client, http tunnel",
        "grpc, http route retry transport client",
        "proxy, client grpc tunnel retry route http",
        "live, config tags grpc discovery discovery.consul discovery.etcd discovery.lastgood upstream retry route",
        "admin, live tags telemetry retry balance upstream discovery route client http",
        "telemetry, live proxy retry upstream transport route client http",
        "telemetry.trace, proxy retry upstream discovery transport route client http"
    })
    void a_room_imports_no_room_but_those_it_may(String room, String allowed) {
        Set<String> may =
                Arrays.stream(allowed.split(" ")).map(ArchitectureTest::name).collect(Collectors.toSet());
        may.add(name(room));
        assertThat(may).containsAll(importedBy(room));
    }

    @Test
    void the_command_line_does_not_know_the_root() {
        assertThat(importedBy("cli")).doesNotContain(ROOT);
    }

    @Test
    void every_room_is_in_the_table() throws Exception {
        Set<String> table = Arrays.stream(ArchitectureTest.class
                        .getDeclaredMethod("a_room_imports_no_room_but_those_it_may", String.class, String.class)
                        .getAnnotation(CsvSource.class)
                        .value())
                .map(row -> name(row.substring(0, row.indexOf(','))))
                .collect(Collectors.toCollection(TreeSet::new));
        table.add(ROOT);
        table.add(name("cli"));
        Set<String> packages =
                CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).isEqualTo(table);
    }

    @Test
    void the_root_has_what_starts_and_what_wires_and_nothing_else() {
        assertThat(CLASSES.stream()
                        .filter(javaClass -> javaClass.getPackageName().equals(ROOT))
                        .filter(JavaClass::isTopLevelClass)
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Main", "Gateway", "package-info");
    }

    private static Set<String> importedBy(String room) {
        return CLASSES.stream()
                .filter(javaClass -> javaClass.getPackageName().equals(name(room)))
                .flatMap(javaClass -> javaClass.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName())
                .filter(name -> name.startsWith(ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(String room) {
        return switch (room) {
            case "" -> ROOT + ".none";
            case "(root)" -> ROOT;
            default -> ROOT + "." + room;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "okhttp3.., discovery.consul",
        "okio.., discovery.consul",
        "com.orbitz.., discovery.consul",
        "dev.stringsvc.etcd.., discovery.etcd live config cli",
        "io.javalin.., admin",
        "org.eclipse.jetty.., admin client proxy tunnel transport.http1 transport.h2",
        "io.micrometer.., telemetry",
        "io.opentelemetry.., telemetry.trace",
        "dev.stringsvc.tracing.., telemetry.trace cli",
        "io.github.resilience4j.retry.., retry",
        "io.github.resilience4j.circuitbreaker.., upstream",
        "com.fasterxml.jackson.dataformat.., config",
        "picocli.., cli (root)"
    })
    void a_library_is_known_to_its_rooms_only(String library, String rooms) {
        noClasses()
                .that()
                .resideOutsideOfPackages(Arrays.stream(rooms.split(" "))
                        .map(ArchitectureTest::name)
                        .toArray(String[]::new))
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
