package dev.stringsvc.gateway.route;

import static dev.stringsvc.gateway.route.HeaderEdits.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectLoopTest {
    private static Route redirect(Predicates predicates, String to, int status) {
        return new Route("r", predicates, NONE, NONE, new Action.Redirect(to, status), false);
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
        "/a, false, ?again, true",
        "/a, false, '#top', true",
        "/a, true, a, true",
        "/a/b, false, b/c, true",
        "/a/b, true, c, false",
        "/a/b, false, mailto:b, false",
        "/a, false, {path}{path}{path}{path}, true",
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

    @Test
    void is_found_for_methods_that_the_route_takes_beside_more_specific_ones() {
        Route get = Route.to(TestRoutes.forward("s", false, false), "get", "/a");
        var reading = new Route("get", on(null, "/a", false, List.of("GET")), NONE, NONE, get.action(), false);
        assertThat(loops(redirect(on(null, "/a", false, List.of()), "/a", 307), reading))
                .isTrue();
        assertThat(loops(redirect(on(null, "/a", false, List.of()), "/a", 303), reading))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"set-cookie, seen=1", "Clear-Site-Data, '\"cookies\"'"})
    void is_not_certain_where_the_redirect_changes_cookies(String header, String value) {
        var cookies = new HeaderEdits(Map.of(header, value), Set.of());
        Predicates predicates = on(null, "/a", false, List.of());
        var route = new Route("r", predicates, NONE, cookies, new Action.Redirect("/a", 302), false);
        assertThat(loops(route)).isFalse();
    }
}
