package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is not HTTP, or means to get where no route leads, ends at the gateway.
class HostileClientTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
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
                "http://gw/svc/../admin"
            })
    void path_that_leads_elsewhere_ends_at_the_gateway(String path) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.strip-prefix=/svc", instance)) {
            HttpMessage answer = gateway.get(path);
            assertThat(answer.status()).isIn(400, 404);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(instance.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
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
                "G@T /svc HTTP/1.1\r\nHost: gw\r\n\r\n",
                "GET /svc a HTTP/1.1\r\nHost: gw\r\n\r\n",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: x\r\n\r\n",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: -1\r\n\r\n",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: gzip\r\n\r\nx",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST /svc HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
            })
    void what_is_not_http_is_a_problem(String bytes) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            HttpMessage answer = client.send(bytes).read();
            assertThat(answer.status()).isIn(400, 501, 505);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(GatewayFixture.JSON
                            .readTree(answer.body())
                            .path("status")
                            .asInt())
                    .isEqualTo(answer.status());
            assertThat(client.ended()).isTrue();
            assertThat(instance.connections()).isZero();
            assertThat(gateway.logLine())
                    .contains(
                            " status=" + answer.status() + " ", " err=", "request_id=" + answer.header("X-Request-Id"));
        }
    }

    @Test
    void chunk_that_is_none_ends_the_connection_and_reaches_nobody() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked") + "zz\r\nabc\r\n");
            assertThat(client.in().readAllBytes())
                    .satisfiesAnyOf(
                            nothing -> assertThat(nothing).isEmpty(),
                            problem -> assertThat(new String(problem, US_ASCII)).startsWith("HTTP/1.1 400"));
            assertThat(instance.requests()).isEmpty();
            assertThat(gateway.logLine()).contains(" err=");
        }
    }

    @Test
    void head_that_is_too_large_is_431() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(head("GET /svc HTTP/1.1", "Host: gw", "X-A: " + "a".repeat(20_000)));
            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void target_that_is_too_long_is_414() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy())) {
            HttpMessage answer = gateway.get("/svc/" + "a".repeat(20_000));
            assertThat(answer.status()).isIn(414, 431);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
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
    void upgrade_is_not_passed_on() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(head(
                    "GET /svc HTTP/1.1",
                    "Host: gw",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAAQAAP__"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(instance.request().headers("Upgrade")).isEmpty();
            assertThat(instance.request().headers("HTTP2-Settings")).isEmpty();
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
