package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Checks that docs/failure-modes.md and the fault table agree.
class FailureModesTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test\\.\\w+)`");
    private static final List<Class<?>> TESTS = List.of(
            BrokenAnswerTest.class,
            ConsulFaultTest.class,
            EtcdFaultTest.class,
            GatewayFaultTest.class,
            HostileFaultTest.class,
            InstanceFaultTest.class,
            KeepAliveFaultTest.class,
            OverloadTest.class,
            PageFaultTest.class,
            ProcessFaultTest.class);

    @Test
    void every_promise_names_a_row_of_the_table_and_every_row_is_a_promise() throws Exception {
        String page = Files.readString(Cluster.ROOT.resolve("docs/failure-modes.md"));
        List<String> promised =
                NAMED.matcher(page).results().map(match -> match.group(1)).toList();
        List<String> rows = TESTS.stream()
                .flatMap(test -> Stream.of(test.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Fault.class))
                .map(FailureModesTest::name)
                .toList();
        assertThat(promised).containsExactlyInAnyOrderElementsOf(rows);
    }

    private static String name(Method row) {
        return row.getDeclaringClass().getSimpleName() + "." + row.getName();
    }
}
