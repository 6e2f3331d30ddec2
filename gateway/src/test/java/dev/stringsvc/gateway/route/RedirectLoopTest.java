package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectLoopTest {
    private static Route redirect(Predicates predicates, String to, int status) {
        return new Route("r", predicates, HeaderEdits.NONE, HeaderEdits.NONE, new Action.Redirect(to, status), false);
    }

    private static Predicates on(@Nullable String host, String path, boolean exact, List<String> methods) {
        return new Predicates(
                Optional.ofNullable(host).map(HostPattern::parse), PathPattern.parse(path, exact), methods, Map.of());
    }

    private static boolean loops(Route route, Route... others) {
        List<Route> all = new ArrayList<>(List.of(others));
        all.add(route);
        return RedirectLoop.of(route, new RouteTable(all)).isPresent();
    }

    @ParameterizedTest(name = "{0} exact={1} to {2}: {3}")
    @CsvSource({
        "/a, false, /a/b, true",
        "/a, false, /a, true",
        "/a, true, /a, true",
        "/a, true, /a/, true",
        "/a, true, /a/b, false",
        "/a, false, /b, false",
        "/, false, /x, true",
        "/, true, /x, false",
        "/a, false, {path}, true",
        "/a, false, {path}{query}, true",
        "/a, false, /a?next={path}, true",
        "/a, false, /a#top, true",
        "/u/{id}, false, /u/{id}/home, true",
        "/u/{id}, false, /v/{id}, false",
        "/u/{id}, false, /u, false",
        "/a/{x}/{y}, false, /a/{y}, false",
        "/a, false, https://{host}{path}, false",
        "/a, false, '{scheme}://{host}/a', false",
        "/a, false, //other.example/a, false",
        "/a, false, https://other.example/a, false"
    })
    void is_found_where_the_route_takes_its_own_target(String path, boolean exact, String to, boolean loops) {
        assertThat(loops(redirect(on(null, path, exact, List.of()), to, 302))).isEqualTo(loops);
    }

    @Test
    void is_none_if_a_more_specific_route_takes_the_target() {
        Route taking = Route.to(TestRoutes.forward("s", false, false), "taking", "/a/b");
        assertThat(loops(redirect(on(null, "/a", false, List.of()), "/a/b", 302), taking))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"301, false", "302, false", "303, false", "307, true", "308, true"})
    void depends_on_the_method_that_clients_use_next(int status, boolean loops) {
        assertThat(loops(redirect(on(null, "/a", false, List.of("POST")), "/a", status)))
                .isEqualTo(loops);
    }

    @ParameterizedTest
    @CsvSource({"a.example", "*.a.example"})
    void is_found_on_a_host(String host) {
        assertThat(loops(redirect(on(host, "/a", false, List.of()), "/a/b", 308)))
                .isTrue();
    }
}
