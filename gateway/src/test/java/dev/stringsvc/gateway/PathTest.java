package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The path that is matched is the path that is sent, however it is written. There is a route `/` and
/// another `/admin`.
class PathTest {
    private static final String ROUTES = "route.path=/ also=/admin";

    @Test
    void path_takes_its_route_and_arrives_in_its_normal_form() throws Exception {
        List<String> cases = List.of(
                "/a r /a",
                "/administrator r /administrator",
                "/admin also /admin",
                "/admin/a%20b also /admin/a%20b",
                "/%61dmin also /admin",
                "/%41dmin r /Admin",
                "/%61%64%6D%69%6e/x also /admin/x",
                "/a%2Db%5F r /a-b_",
                "/%c3%a9 r /%C3%A9",
                "/a//b r /a//b",
                "/admin//b/ also /admin//b/",
                "/a;v=1/b;w r /a;v=1/b;w",
                "/admin/a;v=1 also /admin/a;v=1",
                "/a%3Bb r /a%3Bb",
                "/100%25 r /100%25",
                "/admin/100%25 also /admin/100%25",
                "/a%2520b r /a%2520b",
                "/%25zz r /%25zz",
                "/... r /...",
                "/a/.../b r /a/.../b",
                "/.well-known/x r /.well-known/x",
                "/_next/[slug].js r /_next/[slug].js",
                "/a|b r /a|b",
                "/admin/{a}^\"b\"` also /admin/{a}^\"b\"`",
                "/a%5Bb%5D%7c r /a%5Bb%5D%7C",
                "/a?b=[c]|{d}^`\" r /a?b=[c]|{d}^`\"");
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(ROUTES, instance)) {
            for (String each : cases) {
                String[] expected = each.split(" ", -1);
                HttpMessage answer = gateway.get(expected[0]);
                assertThat(answer.status()).as(each).isEqualTo(200);
                assertThat(instance.requests().getLast().startLine())
                        .as(each)
                        .isEqualTo("GET " + expected[2] + " HTTP/1.1");
                assertThat(gateway.logLineOf(answer)).contains(" route=" + expected[1] + " ");
            }
        }
    }

    static final List<String> AMBIGUOUS = List.of(
            "/%2561dmin",
            "/%25%36%31dmin",
            "/admin;x",
            "/admin;x/y",
            "/admin%3Bx",
            "/admin%253Bx",
            "/;x/admin",
            "/a/..;/admin",
            "//admin",
            "///admin",
            "/;//admin",
            "/%2fadmin",
            "/%5cadmin",
            "/%252fadmin",
            "/a/%252e%252e/admin",
            "/a/..%252fadmin",
            "/a/%2e%252e/admin",
            "/a/.%25%32%65/admin",
            "/admin%00",
            "/admin%2500",
            "/admin/../a",
            "/admin/%c0%ae%c0%ae/a",
            "/admin/%25c0%25ae%25c0%25ae/a",
            "/a%09b",
            "/%E9",
            "/@scope%2fname",
            "/a<b",
            "/a\\b",
            "/\u00c3\u00a9",
            "/?a#b",
            "/?\u00c3\u00a9",
            "/?a\tb",
            "/?a\u007fb");

    @Test
    void path_that_could_be_read_in_two_ways_is_400_and_reaches_nobody() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(ROUTES, instance)) {
            for (String path : AMBIGUOUS) {
                HttpMessage answer = gateway.get(path);
                assertThat(answer.status()).as(path).isEqualTo(400);
                assertThat(answer.header("Content-Type")).as(path).isEqualTo("application/problem+json");
                assertThat(answer.header("Connection")).as(path).isEqualTo("close");
                assertThat(instance.connections()).as(path).isZero();
            }
        }
    }

    @Test
    void refusal_names_the_character_and_the_setting() throws Exception {
        try (var gateway = GatewayFixture.with(ROUTES, FakeInstance.healthy())) {
            assertThat(gateway.get("/@scope%2fname").text()).contains("'%2f'", "`paths: lenient`");
            assertThat(gateway.get("/admin;x=1").text()).contains("';'", "`paths: lenient`");
            assertThat(gateway.get("/a<b").text()).contains("'<'").doesNotContain("lenient");
            assertThat(gateway.get("/a/../b").text()).contains("'..'").doesNotContain("lenient");
            assertThat(gateway.get("/x//../b").text()).contains("'..'");
        }
    }

    @Test
    void lenient_route_gets_encoded_slashes_and_parameters_as_they_are() throws Exception {
        List<String> cases = List.of(
                "/@scope%2fname r",
                "/api/v4/projects/group%2Fproject r",
                "/login;jsessionid=A1 r",
                "/a;v=1/b;w r",
                "/admin;x=1 also",
                "/admin;x/y;z also",
                "/admin/a%2fb also",
                "/a%252fb r");
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route-defaults.paths=lenient " + ROUTES, instance)) {
            for (String each : cases) {
                String[] expected = each.split(" ", -1);
                HttpMessage answer = gateway.get(expected[0]);
                assertThat(answer.status()).as(each).isEqualTo(200);
                assertThat(instance.requests().getLast().startLine()).isEqualTo("GET " + expected[0] + " HTTP/1.1");
                assertThat(gateway.logLineOf(answer)).contains(" route=" + expected[1] + " ");
            }
        }
    }

    @Test
    void lenient_route_gets_nothing_that_could_traverse_or_pass_by_another() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route-defaults.paths=lenient " + ROUTES, instance)) {
            for (String path : List.of(
                    "/a%2f..%2fadmin",
                    "/a/..;x/admin",
                    "/a/..%2fadmin",
                    "/a%2f%2e%2e/admin",
                    "/a/%252e%252e/admin",
                    "/a%252f..%252fadmin",
                    "/admin%2fx",
                    "/admin%252fx",
                    "/%2fadmin",
                    "/;x/admin",
                    "/admin%3Bx",
                    "/a%5c..%5cadmin",
                    "/a\\..\\admin",
                    "/a%00")) {
                assertThat(gateway.get(path).status()).as(path).isEqualTo(400);
            }
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void path_that_would_begin_with_two_slashes_without_its_prefix_is_400() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.strip-prefix=/svc", instance)) {
            for (String path : List.of("/svc//", "/svc//evil.example/", "/svc///a")) {
                assertThat(gateway.get(path).status()).as(path).isEqualTo(400);
            }
            assertThat(gateway.get("/svc/a//b").status()).isEqualTo(200);
            assertThat(instance.request().startLine()).isEqualTo("GET /a//b HTTP/1.1");
        }
    }

    @Test
    void lenient_route_that_does_not_take_the_method_answers_405_with_its_headers() throws Exception {
        try (var gateway = GatewayFixture.routing(
                "route.path=/ route.methods=POST route.paths=lenient",
                route -> route.putObject("response-headers").putObject("set").put("X-Of-Route", "yes"),
                FakeInstance.healthy())) {
            for (String path : List.of("/@scope%2fname", "/login;jsessionid=A1")) {
                HttpMessage answer = gateway.get(path);
                assertThat(answer.status()).as(path).isEqualTo(405);
                assertThat(answer.header("Allow")).isEqualTo("POST");
                assertThat(answer.header("X-Of-Route")).isEqualTo("yes");
            }
            assertThat(gateway.get("/a%2f../b").status()).isEqualTo(400);
        }
    }
}
