package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bytes that are not HTTP, and requests that try to evade routes, are stopped by the gateway.
class HostileClientTest {
    static final List<String> ELSEWHERE = List.of(
            "/svc/../admin",
            "/svc/..",
            "/svc/../svc/a",
            "/svc/./a",
            "/./svc",
            "/x/../svc",
            "/svc/%2e%2e/admin",
            "/svc/%2E%2e",
            "/svc/.%2e/admin",
            "/svc/%2e/admin",
            "/svc/..%2fadmin",
            "/svc/%2e%2e%2fadmin",
            "/svc%2f..%2fadmin",
            "/svc/..%5cadmin",
            "/svc/..\\admin",
            "/svc\\..\\admin",
            "/svc/..;/admin",
            "/svc/..;x=y/admin",
            "/svc/%2e%2e;/admin",
            "/svc/%252e%252e/../admin",
            "/svc/%00",
            "/svc/%c0%ae%c0%ae/admin",
            "/svc/%u002e%u002e/admin",
            "/svc/%zz",
            "/svc#fragment",
            "svc",
            "*",
            "http:/svc/../admin",
            "http://gw/svc/../admin");

    @Test
    void path_that_leads_elsewhere_ends_at_the_gateway() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.strip-prefix=/svc", instance)) {
            for (String path : ELSEWHERE) {
                HttpMessage answer = gateway.get(path);
                assertThat(answer.status()).as(path).isIn(400, 404);
                assertThat(answer.header("Content-Type")).as(path).isEqualTo("application/problem+json");
                assertThat(instance.connections()).as(path).isZero();
            }
        }
    }

    private static final List<String> NOT_HTTP = List.of(
            "NONSENSE\r\n\r\n",
            "\0\1\2\3\r\n\r\n",
            "GET /svc\r\n\r\n",
            "GET /svc HTTP/9.9\r\nHost: gw\r\n\r\n",
            "GET /svc HTTP/1.1\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nNo Colon\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A : 1\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: 1\r\n folded\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: a\0b\r\n\r\n",
            "\"GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "\u00e9GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "G\u00e9T /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "G@T /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "GET /svc a HTTP/1.1\r\nHost: gw\r\n\r\n",
            " GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "GET /svc\tHTTP/1.1\r\nHost: gw\r\n\r\n",
            "GET /svc HTTP/1.1\nHost: gw\n\n",
            "GET /svc HTTP/1.1\r\nHost: gw\nX-A: 1\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: 1\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: a\rb\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: a\u007fb\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A: 1\r\n\tfolded\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\nX-A\0: 1\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw\r\n: 1\r\n\r\n",
            "GET /svc HTTP/1.1\r\n Host: gw\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost : gw\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: gw/x\r\n\r\n",
            "GET /svc HTTP/1.1\r\nHost: a b\r\n\r\n",
            "GET http://other/svc HTTP/1.1\r\nHost: gw\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 1, 2\r\n\r\nxx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: +1\r\n\r\nx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 0x1\r\n\r\nx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length:\r\n\r\nx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 99999999999999999999\r\n\r\nx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.0\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: x\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: -1\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: gzip\r\n\r\nx",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n");

    @Test
    void what_is_not_http_is_a_problem_and_ends_the_connection() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            for (String bytes : NOT_HTTP) {
                try (RawClient client = gateway.client()) {
                    HttpMessage answer = client.send(bytes).read();
                    assertThat(answer.status()).as(bytes).isIn(400, 501, 505);
                    assertThat(answer.header("Content-Type")).as(bytes).isEqualTo("application/problem+json");
                    assertThat(answer.header("Connection")).as(bytes).isEqualTo("close");
                    assertThat(GatewayFixture.JSON
                                    .readTree(answer.body())
                                    .path("status")
                                    .asInt())
                            .isEqualTo(answer.status());
                    assertThat(client.ended()).as(bytes).isTrue();
                    assertThat(instance.connections()).as(bytes).isZero();
                    assertThat(gateway.logLineOf(answer)).contains(" status=" + answer.status() + " ", " err=");
                }
            }
        }
    }

    private static final List<String> NO_CHUNKS = List.of(
            "zz\r\nabc\r\n0\r\n\r\n",
            "-1\r\nabc\r\n0\r\n\r\n",
            "0x3\r\nabc\r\n0\r\n\r\n",
            "+3\r\nabc\r\n0\r\n\r\n",
            "\r\nabc\r\n0\r\n\r\n",
            "3\nabc\r\n0\r\n\r\n",
            "3\r\nabc\n0\r\n\r\n",
            "3\r\nabcd\r\n0\r\n\r\n",
            "3\r\nabc0\r\n\r\n",
            "100000003\r\nabc\r\n0\r\n\r\n",
            "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
            "3\0\r\nabc\r\n0\r\n\r\n");

    @Test
    void chunk_that_is_none_ends_the_connection_and_reaches_nobody() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            for (String body : NO_CHUNKS) {
                try (RawClient client = gateway.client()) {
                    client.send(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked") + body);
                    client.sendEnd();
                    assertThat(client.in().readAllBytes())
                            .as(body)
                            .satisfiesAnyOf(
                                    nothing -> assertThat(nothing).isEmpty(),
                                    problem -> assertThat(new String(problem, US_ASCII))
                                            .startsWith("HTTP/1.1 400"));
                    assertThat(instance.requests()).as(body).isEmpty();
                }
            }
            assertThat(gateway.logLines(NO_CHUNKS.size()))
                    .allSatisfy(line -> assertThat(line).contains(" err="));
        }
    }

    private static void refuses(String options, int status, String request) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(options, instance);
                RawClient client = gateway.client()) {
            HttpMessage answer = client.send(request).read();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.ended()).isTrue();
            assertThat(instance.connections()).isZero();
        }
    }

    private static void passes(String options, String request) throws Exception {
        try (var gateway = GatewayFixture.with(options, FakeInstance.healthy())) {
            assertThat(gateway.exchange(request).status()).isEqualTo(200);
        }
    }

    @Test
    void head_that_is_too_large_is_431() throws Exception {
        String large = head("GET /svc HTTP/1.1", "Host: gw", "X-A: " + "a".repeat(30_000));
        passes("", large);
        refuses("", 431, head("GET /svc HTTP/1.1", "Host: gw", "X-A: " + "a".repeat(33_000)));
        refuses("", 431, head("GET /svc HTTP/1.1", "Host: gw", "X-A: a\r\n".repeat(5_000) + "X-B: b"));
        refuses("limits.head=16KiB", 431, large);
        passes("limits.head=64KiB", head("GET /svc HTTP/1.1", "Host: gw", "X-A: " + "a".repeat(60_000)));
    }

    @Test
    void target_that_is_too_long_is_414() throws Exception {
        String end = " HTTP/1.1\r\nHost: gw\r\n\r\n";
        passes("", "GET /svc/" + "a".repeat(8_000) + end);
        refuses("", 414, "GET /svc/" + "a".repeat(8_192) + end);
        refuses("", 414, "GET /svc?" + "a".repeat(8_192) + end);
        refuses("", 414, "GET /svc/" + "a".repeat(40_000) + end);
        refuses("limits.target=100B", 414, "GET /svc/" + "a".repeat(100) + end);
        passes("limits.target=16KiB", "GET /svc/" + "a".repeat(16_000) + end);
    }

    @Test
    void body_that_is_too_long_is_413() throws Exception {
        refuses("limits.request-body=4B", 413, head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 5") + "hello");
        refuses("limits.request-body=4B", 413, head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 5"));
        refuses(
                "limits.request-body=4B",
                413,
                head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked") + "5\r\nhello\r\n");
        passes("limits.request-body=5B", head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 5") + "hello");
    }

    @Test
    void body_that_nobody_will_read_ends_the_connection_and_is_taken_for_no_request() throws Exception {
        String body = "GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n";
        String length = "Content-Length: " + (body.length() + 1);
        refuses("", 404, head("POST /other HTTP/1.1", "Host: gw", length) + body);
        refuses("route.methods=GET", 405, head("POST /svc HTTP/1.1", "Host: gw", length) + body);
        refuses("", 400, head("POST /svc/../x HTTP/1.1", "Host: gw", length) + body);
    }

    @Test
    void gateway_is_no_forward_proxy() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(
                    head("CONNECT " + instance.address() + " HTTP/1.1", "Host: " + instance.address()));
            assertThat(answer.status()).isBetween(400, 499);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void connect_is_not_allowed() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("also=/", instance)) {
            HttpMessage answer = gateway.exchange(head("CONNECT 127.0.0.1:80 HTTP/1.1", "Host: 127.0.0.1:80"));
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("Allow")).isEmpty();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void upgrade_to_what_is_not_spoken_is_not_passed_on() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(head(
                    "GET /svc HTTP/1.1",
                    "Host: gw",
                    "Connection: Upgrade, X-Settings",
                    "Upgrade: IRC/6.9",
                    "X-Settings: 1"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(instance.request().headers("Upgrade")).isEmpty();
            assertThat(instance.request().headers("X-Settings")).isEmpty();
        }
    }

    @Test
    void client_that_goes_within_its_body_reaches_nobody_and_is_logged() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            try (RawClient client = gateway.client()) {
                client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 10") + "hello");
            }
            assertThat(gateway.logLine()).contains(" status=499 ", " err=");
            assertThat(instance.requests()).isEmpty();
        }
    }

    @Test
    void client_that_goes_within_an_upload_takes_the_instance_s_connection_along() throws Exception {
        var instance = FakeInstance.of(FakeInstance.Wire::awaitEnd);
        try (var gateway = GatewayFixture.over(instance)) {
            try (RawClient client = gateway.client()) {
                client.send(head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 1000000"));
                client.send(new byte[500_000]);
            }
            assertThat(gateway.logLine()).contains(" status=499 ", " attempts=1 ", " err=");
            gateway.awaitNoConnections();
        }
    }
}
