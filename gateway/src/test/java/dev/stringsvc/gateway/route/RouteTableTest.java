package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
    private static Route route(String name, String path, String... methods) {
        return new Route(
                name, path, List.of(methods), "s", "", false, false, 3, Duration.ofSeconds(3), Duration.ofSeconds(1));
    }

    private static final RouteTable TABLE =
            new RouteTable(List.of(route("a", "/a"), route("ab", "/a/b/"), route("abc", "/a/b/c")));

    @ParameterizedTest
    @CsvSource({
        "/a, a",
        "/a/, a",
        "/a/x, a",
        "/a/b, ab",
        "/a/b/, ab",
        "/a/b/x/y, ab",
        "/a/b/c, abc",
        "/a/b/c/d, abc",
        "/a/b/cd, ab",
        "/a//b, a"
    })
    void the_longest_path_that_is_the_requests_path_or_a_parent_wins(String path, String name) {
        assertThat(TABLE.match("GET", path))
                .isInstanceOfSatisfying(
                        Match.Found.class,
                        found -> assertThat(found.route().name()).isEqualTo(name));
    }

    @ParameterizedTest
    @CsvSource({"/", "/ab", "/A", "//a", "*", "''"})
    void a_path_that_no_route_has_matches_none(String path) {
        assertThat(TABLE.match("GET", path)).isInstanceOf(Match.NoRoute.class);
    }

    @Test
    void the_root_takes_what_nothing_else_takes() {
        var table = new RouteTable(List.of(route("root", "/"), route("a", "/a")));
        assertThat(table.match("GET", "/x/y"))
                .isEqualTo(new Match.Found(table.routes().getFirst()));
        assertThat(table.match("GET", "/"))
                .isEqualTo(new Match.Found(table.routes().getFirst()));
        assertThat(table.match("GET", "/a/y"))
                .isEqualTo(new Match.Found(table.routes().getLast()));
    }

    @Test
    void of_routes_with_one_path_the_one_that_allows_the_method_is_taken() {
        var table = new RouteTable(List.of(route("read", "/a", "GET", "HEAD"), route("write", "/a", "POST")));
        assertThat(table.match("POST", "/a"))
                .isEqualTo(new Match.Found(table.routes().getLast()));
        assertThat(table.match("PUT", "/a")).isEqualTo(new Match.MethodNotAllowed(List.of("GET", "HEAD", "POST")));
    }

    @Test
    void routes_that_claim_the_same_requests_are_refused() {
        assertThatThrownBy(() -> new RouteTable(List.of(route("one", "/a", "GET"), route("two", "/a/"))))
                .hasMessage("routes 'one' and 'two' claim the same requests: /a/");
        assertThatThrownBy(() -> new RouteTable(List.of(route("one", "/a"), route("one", "/b"))))
                .hasMessage("two routes are named 'one'");
    }

    @ParameterizedTest
    @CsvSource({
        "/s/up, /s, /s/up, /up",
        "/s/up, /s/up, /s/up, /",
        "/s/up, /s/up, /s/up/, /",
        "/s/up, '', /s/up, /s/up",
        "/s/, /s/, /s/x, /x",
        "/s/, /s/, /s, /",
        "/s, /, /s/x, /s/x"
    })
    void strips_the_prefix_and_keeps_the_path_absolute(String path, String prefix, String request, String upstream) {
        var route = new Route(
                "r", path, List.of(), "s", prefix, false, false, 3, Duration.ofSeconds(3), Duration.ofSeconds(1));
        assertThat(route.upstreamPath(request)).isEqualTo(upstream);
    }
}
