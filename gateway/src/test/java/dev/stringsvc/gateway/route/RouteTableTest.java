package dev.stringsvc.gateway.route;

import static dev.stringsvc.gateway.route.TestRoutes.request;
import static dev.stringsvc.gateway.route.TestRoutes.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
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
        assertThat(TABLE.match(request("GET", path)))
                .isInstanceOfSatisfying(
                        Match.Found.class,
                        found -> assertThat(found.route().name()).isEqualTo(name));
    }

    @ParameterizedTest
    @CsvSource({"/", "/ab", "/A", "//a", "*", "''"})
    void a_path_that_no_route_has_matches_none(String path) {
        assertThat(TABLE.match(request("GET", path))).isInstanceOf(Match.NoRoute.class);
    }

    @Test
    void the_root_takes_what_nothing_else_takes() {
        var table = new RouteTable(List.of(route("root", "/"), route("a", "/a")));
        assertThat(table.match(request("GET", "/x/y")))
                .isEqualTo(new Match.Found(table.routes().getFirst()));
        assertThat(table.match(request("GET", "/")))
                .isEqualTo(new Match.Found(table.routes().getFirst()));
        assertThat(table.match(request("GET", "/a/y")))
                .isEqualTo(new Match.Found(table.routes().getLast()));
    }

    @Test
    void of_routes_with_one_path_the_one_that_allows_the_method_is_taken() {
        var table = new RouteTable(List.of(route("read", "/a", "GET", "HEAD"), route("write", "/a", "POST")));
        assertThat(table.match(request("POST", "/a")))
                .isEqualTo(new Match.Found(table.routes().getLast()));
        assertThat(table.match(request("PUT", "/a")))
                .isEqualTo(new Match.MethodNotAllowed(
                        List.of("GET", "HEAD", "POST"), table.routes().getFirst()));
    }

    @Test
    void a_method_that_none_takes_is_refused_by_the_most_specific_route() {
        var table =
                new RouteTable(List.of(route("root", "/", "GET"), route("b", "/a/b", "PUT"), route("a", "/a", "POST")));
        assertThat(table.match(request("DELETE", "/a/b/c")))
                .isEqualTo(new Match.MethodNotAllowed(
                        List.of("PUT", "POST", "GET"), table.routes().get(1)));
    }

    @Test
    void routes_that_claim_the_same_requests_are_refused() {
        assertThatThrownBy(() -> new RouteTable(List.of(route("one", "/a", "GET", "PUT"), route("two", "/a/", "GET"))))
                .hasMessage("routes 'one' and 'two' claim the same requests: GET /a");
        assertThatThrownBy(() -> new RouteTable(List.of(route("one", "/a"), route("one", "/b"))))
                .hasMessage("two routes are named 'one'");
    }

    @Test
    void a_route_that_allows_the_method_is_taken_although_a_longer_one_does_not() {
        var table = new RouteTable(List.of(route("read", "/a/b", "GET"), route("all", "/a")));
        assertThat(table.match(request("POST", "/a/b")))
                .isEqualTo(new Match.Found(table.routes().getLast()));
    }

    private static final RouteTable SPECIFIC = new RouteTable(List.of(
            route("any", "/"),
            route("host", "api.example.com", "/", false, List.of(), Map.of()),
            route("domain", "*.example.com", "/", false, List.of(), Map.of()),
            route("subdomain", "*.eu.example.com", "/", false, List.of(), Map.of()),
            route("users", "/users"),
            route("user", "/users/{id}"),
            route("orders", "/users/{id}/orders"),
            route("me", "/users/me"),
            route("exactly", "", "/users", true, List.of(), Map.of()),
            route("v2", "", "/users", false, List.of(), Map.of("X-Version", "2")),
            route("debug", "", "/users", false, List.of(), Map.of("X-Version", "2", "X-Debug", "*")),
            route("delete", "/users", "DELETE")));

    @ParameterizedTest
    @CsvSource({
        "GET, '', /x, '', any",
        "GET, api.example.com, /users, '', host",
        "GET, API.example.com.:8080, /x, '', host",
        "GET, www.example.com, /x, '', domain",
        "GET, a.b.example.com, /x, '', domain",
        "GET, example.com, /x, '', any",
        "GET, a.eu.example.com, /x, '', subdomain",
        "GET, eu.example.com, /x, '', domain",
        "GET, h, /users, '', exactly",
        "GET, h, /users/, '', exactly",
        "GET, h, /users/7, '', user",
        "GET, h, /users/7/x, '', user",
        "GET, h, /users//x, '', users",
        "GET, h, /users/7/orders, '', orders",
        "GET, h, /users/7/orders/8, '', orders",
        "GET, h, /users/me/orders, '', me",
        "GET, h, /users//, X-Version=2, v2",
        "GET, h, /users//, x-version=2 X-Debug=, debug",
        "GET, h, /users//, X-Version=3 X-Version=2, v2",
        "GET, h, /users//, X-Version=3, users",
        "DELETE, h, /users//, '', delete",
        "DELETE, h, /users//, X-Version=2, v2",
    })
    void the_most_specific_of_the_routes_whose_predicates_all_hold_is_taken(
            String method, String host, String path, String headers, String name) {
        assertThat(SPECIFIC.match(head(method, host, path, headers)))
                .isInstanceOfSatisfying(
                        Match.Found.class,
                        found -> assertThat(found.route().name()).isEqualTo(name));
    }

    private static RequestHead head(String method, String host, String path, String headers) {
        List<String[]> fields = Stream.of(headers.split(" "))
                .filter(field -> !field.isEmpty())
                .map(field -> field.split("=", 2))
                .toList();
        return RequestHead.of(
                method,
                host,
                path,
                name -> fields.stream()
                        .filter(field -> field[0].equalsIgnoreCase(name))
                        .map(field -> field[1])
                        .toList());
    }

    @Test
    void what_is_taken_is_what_the_explanation_says() {
        var random = new Random(25);
        List<String> hosts = List.of("", "a.b", "c.a.b", "*.b", "*.a.b");
        List<String> segments = List.of("x", "y", "{v}");
        for (int round = 0; round < 200; round++) {
            RouteTable table = randomTable(random, hosts, segments);
            for (int n = 0; n < 50; n++) {
                String path = "/"
                        + Stream.generate(() -> List.of("x", "y", "z").get(random.nextInt(3)))
                                .limit(random.nextInt(4))
                                .collect(Collectors.joining("/"));
                RequestHead request = head(
                        random.nextBoolean() ? "GET" : "PUT",
                        hosts.get(random.nextInt(3)),
                        path,
                        random.nextBoolean() ? "H=1" : "");
                List<Route> taken = table.explain(request).stream()
                        .filter(RouteTable.Explanation::taken)
                        .map(RouteTable.Explanation::route)
                        .toList();
                Match match = table.match(request);
                assertThat(match instanceof Match.Found(var route) ? List.of(route) : List.of())
                        .as("%s of %s", request, table.routes())
                        .isEqualTo(taken);
            }
        }
    }

    private static RouteTable randomTable(Random random, List<String> hosts, List<String> segments) {
        List<Route> routes = new ArrayList<>();
        for (int n = 0; n < 12; n++) {
            List<String> path = new ArrayList<>();
            boolean variable = false;
            for (int length = random.nextInt(4); path.size() < length; ) {
                String segment = segments.get(random.nextInt(variable ? 2 : 3));
                variable |= segment.startsWith("{");
                path.add(segment);
            }
            Route route = route(
                    "r" + n,
                    hosts.get(random.nextInt(hosts.size())),
                    "/" + String.join("/", path),
                    random.nextBoolean(),
                    random.nextBoolean() ? List.of("GET") : List.of(),
                    random.nextBoolean() ? Map.of("H", "1") : Map.of());
            if (routes.stream().noneMatch(other -> other.predicates().tieWith(route.predicates()))) {
                routes.add(route);
            }
        }
        return new RouteTable(routes);
    }

    @Test
    void an_explanation_says_of_each_route_why_it_is_not_taken() {
        assertThat(SPECIFIC.explain(head("GET", "h", "/users/7", "")))
                .extracting(explanation -> explanation.route().name() + ": " + explanation.why())
                .containsExactly(
                        "host: the host is 'h', not 'api.example.com'",
                        "subdomain: the host is 'h', not '*.eu.example.com'",
                        "domain: the host is 'h', not '*.example.com'",
                        "me: the path is not /users/me or below it",
                        "orders: the path is not /users/{id}/orders or below it",
                        "user: all that it asks for holds",
                        "exactly: the path is not /users itself",
                        "debug: there is no header 'X-Debug'",
                        "v2: no header 'X-Version' is '2'",
                        "delete: the method is GET, not DELETE",
                        "users: 'user' is more specific",
                        "any: 'user' is more specific");
    }

    @ParameterizedTest
    @CsvSource({"/a/{x}, /a/{y}", "/a/{x}/b, /a/{y}/b/", "/, /"})
    void paths_that_differ_in_the_names_of_variables_only_claim_the_same_requests(String one, String other) {
        assertThatThrownBy(() -> new RouteTable(List.of(route("one", one), route("two", other))))
                .hasMessageContaining("routes 'one' and 'two' claim the same requests");
    }

    @Test
    void headers_that_one_request_may_have_both_claim_the_same_requests() {
        var one = route("one", "", "/a", false, List.of(), Map.of("A", "1"));
        var other = route("two", "", "/a", false, List.of(), Map.of("B", "1"));
        var contrary = route("three", "", "/a", false, List.of(), Map.of("A", "2"));
        assertThatThrownBy(() -> new RouteTable(List.of(one, other))).hasMessageContaining("claim the same requests");
        assertThat(new RouteTable(List.of(one, contrary)).routes()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "/a//b",
                "/a/../b",
                "/a?b",
                "/a b",
                "/a;b",
                "/%61",
                "/%2F",
                "/%3b",
                "/100%25",
                "/a/{}",
                "/{a}b",
                "/{a}/{a}"
            })
    void a_path_that_no_request_can_have_is_refused(String path) {
        assertThatThrownBy(() -> PathPattern.parse(path, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("path: expected ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a-b_c.d~e", "/a@b:c,d", "/%C3%A4", "/{a}/{b}/c"})
    void a_path_that_a_request_can_have_is_taken(String path) {
        assertThat(PathPattern.parse(path, false)).hasToString(path);
    }

    @Test
    void a_path_of_many_slashes_is_looked_up_without_looking_at_each_of_its_beginnings() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            routes.add(route("exact" + i, i + ".example.com", "/a/b", false, List.of("PUT"), Map.of()));
            routes.add(route("below" + i, "*." + i + ".example.com", "/a/{x}", false, List.of("PUT"), Map.of()));
        }
        routes.add(route("any", "/a/a", "PUT"));
        var table = new RouteTable(routes);
        RequestHead request = request("GET", "/a".repeat(4_096));
        Match refused = new Match.MethodNotAllowed(List.of("PUT"), routes.getLast());
        assertThat(table.match(request)).isEqualTo(refused);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
            table.match(request);
        }
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 100)
                .as("bytes for a look-up")
                .isLessThan(10_000);
    }

    @Test
    void a_method_is_refused_by_routes_of_the_request_s_host_alone() {
        var table = new RouteTable(List.of(
                route("other", "other.example.com", "/a", false, List.of("PUT"), Map.of()),
                route("domain", "*.example.com", "/a", false, List.of("POST"), Map.of()),
                route("own", "own.example.com", "/a", false, List.of("PATCH"), Map.of()),
                route("any", "/a", "DELETE")));
        assertThat(table.match(RequestHead.of("GET", "own.example.com", "/a/b", name -> List.of())))
                .isEqualTo(new Match.MethodNotAllowed(
                        List.of("PATCH", "POST", "DELETE"), table.routes().get(2)));
        assertThat(table.match(RequestHead.of("GET", "elsewhere", "/a/b", name -> List.of())))
                .isEqualTo(new Match.MethodNotAllowed(
                        List.of("DELETE"), table.routes().get(3)));
    }
}
