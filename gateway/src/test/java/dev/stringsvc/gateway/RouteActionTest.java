package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Routes' conditions and actions, tested with raw requests to a gateway that reads its routes from a
/// file.
class RouteActionTest {
    @TempDir
    private Path directory;

    private FakeInstance instance;
    private GatewayFixture gateway;

    @BeforeEach
    void start() throws Exception {
        instance = FakeInstance.answering("HTTP/1.1 200 OK\r\nServer: fake\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n");
        Path file = Files.writeString(directory.resolve("gateway.yaml"), """
                services:
                  users: {instances: ["%s"]}
                route-defaults: {deadline: 60s, attempt-timeout: 20s}
                routes:
                  - name: user
                    path: /users/{id}/orders
                    service: users
                    rewrite: /v2/{id}/o
                    preserve-host: true
                    request-headers: {set: {X-Set: new, X-Forwarded-Proto: https}, remove: [X-Gone, X-Forwarded-For]}
                    response-headers: {set: {Server: gateway}, remove: [X-Kept]}
                  - {name: beta, path: /users, headers: {X-Beta: "1"}, service: users, rewrite: /beta}
                  - {name: users, path: /users, exact: true, service: users}
                  - {name: small, path: /small, service: users, request-body: 3}
                  - {name: api, host: api.example.com, path: /, respond: {body: "the api\\n"}}
                  - {name: gone, path: /gone, respond: {status: 410}, response-headers: {set: {X-Why: moved}}}
                  - name: old
                    path: /old/{page}
                    redirect: {to: "https://{host}/new/{page}{query}", status: 301}
                  - {name: away, path: /away, redirect: {to: "{scheme}://example.com{path}{query}"}}
                """.formatted(instance.address()));
        gateway = GatewayFixture.of(file, instance);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private HttpMessage get(String target, String... headers) throws Exception {
        return gateway.exchange("GET " + target + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + (headers.length > 0 ? "\r\n" : "")
                + (String.join("", headers).contains("Host:") ? "" : "Host: gw\r\n")
                + "\r\n");
    }

    @Test
    void a_path_is_rewritten_with_what_its_variables_stand_for() throws Exception {
        assertThat(get("/users/7%20x/orders/8?a=b").status()).isEqualTo(200);
        assertThat(instance.request().startLine()).isEqualTo("GET /v2/7%20x/o/8?a=b HTTP/1.1");
    }

    @Test
    void headers_are_set_and_removed_both_ways_and_the_clients_host_goes_upstream() throws Exception {
        HttpMessage answer = get(
                "/users/7/orders", "Host: shop.example.com", "x-set: old", "X-Set: older", "X-Gone: 1", "X-Stays: 1");
        HttpMessage seen = instance.request();
        assertThat(seen.headers("X-Set")).containsExactly("new");
        assertThat(seen.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(seen.headers("X-Forwarded-For")).isEmpty();
        assertThat(seen.headers("X-Gone")).isEmpty();
        assertThat(seen.headers("X-Stays")).containsExactly("1");
        assertThat(seen.headers("Host")).containsExactly("shop.example.com");
        assertThat(answer.headers("Server")).containsExactly("gateway");
        assertThat(answer.headers("X-Kept")).isEmpty();
    }

    @Test
    void the_instances_own_host_goes_upstream_where_nothing_else_is_said() throws Exception {
        get("/users", "Host: shop.example.com");
        assertThat(instance.request().headers("Host")).containsExactly(instance.address());
    }

    @Test
    void a_header_decides() throws Exception {
        assertThat(get("/users/7", "X-Beta: 1").status()).isEqualTo(200);
        assertThat(instance.request().startLine()).isEqualTo("GET /beta/7 HTTP/1.1");
        assertThat(get("/users/7", "X-Beta: 2").status()).isEqualTo(404);
    }

    @Test
    void an_exact_path_takes_nothing_below_it() throws Exception {
        assertThat(get("/users").status()).isEqualTo(200);
        assertThat(get("/users/x").status()).isEqualTo(404);
    }

    @Test
    void a_host_has_routes_of_its_own() throws Exception {
        HttpMessage answer = get("/users", "Host: API.example.com:8080");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("the api\n");
        assertThat(answer.headers("Content-Type")).containsExactly("text/plain; charset=utf-8");
    }

    @Test
    void the_gateway_answers_by_itself() throws Exception {
        HttpMessage answer = get("/gone/for/good");
        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.text()).isEmpty();
        assertThat(answer.headers("X-Why")).containsExactly("moved");
        assertThat(gateway.logLine()).contains("status=410", "route=gone");
    }

    @Test
    void the_client_is_sent_elsewhere() throws Exception {
        HttpMessage answer = get("/old/a%20b?q=1", "Host: shop.example.com:8080");
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.header("Location")).isEqualTo("https://shop.example.com/new/a%20b?q=1");
        HttpMessage other = get("/away/x");
        assertThat(other.status()).isEqualTo(308);
        assertThat(other.header("Location")).isEqualTo("http://example.com/away/x");
    }

    @Test
    void a_route_has_a_limit_of_its_own_for_bodies() throws Exception {
        assertThat(gateway.post("/small", "abc").status()).isEqualTo(200);
        HttpMessage refused = gateway.post("/small", "abcd");
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.text()).contains("longer than 3 bytes", "\"route\":\"small\"");
    }

    @Test
    void nobody_is_sent_where_the_request_and_not_the_route_says() throws Exception {
        for (String target : List.of("/away//evil.example/x", "/away/%2f%2fevil.example", "/away/..//evil.example")) {
            HttpMessage answer = get(target);
            assertThat(answer.status()).as(target).isIn(308, 400);
            if (answer.status() == 308) {
                assertThat(answer.header("Location")).as(target).startsWith("http://example.com/away/");
            }
        }
        for (String host : List.of("a b", "evil.example/x", "me@evil.example", "evil.example#", "a\\b", "")) {
            HttpMessage answer = get("/old/x", "Host: " + host);
            assertThat(answer.status()).as(host).isEqualTo(400);
            assertThat(answer.header("Location")).as(host).isNull();
        }
        assertThat(instance.connections()).isZero();
    }
}
