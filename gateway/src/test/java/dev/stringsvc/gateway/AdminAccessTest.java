package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.gateway.transport.TestCertificate;
import dev.stringsvc.program.LogWriter;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may ask an admin port that has a token.
class AdminAccessTest {
    private static final String TOKEN = "correct-horse-battery";
    private static final String BEARER = "Authorization: Bearer " + TOKEN;

    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.with("admin.token=" + TOKEN, FakeInstance.healthy());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static HttpMessage send(GatewayFixture to, String request) throws Exception {
        try (var client = new RawClient(to.gateway().adminPort())) {
            return client.send(request).read();
        }
    }

    private static HttpMessage send(String line, String... fields) throws Exception {
        String more = fields.length == 0 ? "" : "\r\n" + String.join("\r\n", fields);
        return send(gateway, head(line + " HTTP/1.1", "Host: localhost" + more));
    }

    private static HttpMessage post(String path, String type, String body, String... fields) throws Exception {
        return send(
                gateway,
                head(
                                "POST " + path + " HTTP/1.1",
                                "Host: localhost",
                                "Content-Type: " + type,
                                "Content-Length: " + body.length(),
                                fields.length == 0 ? "X-Nothing: 1" : String.join("\r\n", fields))
                        + body);
    }

    /// Logs in.
    ///
    /// @return the cookie, `name=value`
    private static String cookie() throws Exception {
        String set = post("/login", "application/json", "{\"token\": \"" + TOKEN + "\"}")
                .header("Set-Cookie");
        return "Cookie: " + Objects.requireNonNull(set).substring(0, set.indexOf(';'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "//metrics",
                "/%6detrics",
                "/metrics;a=b",
                "/;/metrics",
                "/METRICS",
                "/metrics/",
                "/./metrics",
                "/healthz/../metrics",
                "/healthz/..;/metrics",
                "/healthz/%2e%2e/metrics",
                "/healthz%2f..%2fmetrics",
                "/healthz/..%2fmetrics",
                "/page/../metrics",
                "/page/..;/metrics",
                "/page/x.js/../../metrics",
                "/page/x.js;/../../metrics",
                "/page/%2e%2e/metrics",
                "/login/../metrics",
                "/metrics?/healthz",
                "/metrics%3f/healthz",
                "/healthz\\..\\metrics",
                "http://localhost/metrics",
                "http://localhost/healthz/../metrics",
                "/routes",
                "/upstreams",
                "/live",
                "/openapi.json",
                "/nothing",
                "*"
            })
    void no_spelling_of_a_path_gets_in_without_the_token(String target) throws Exception {
        for (String method : List.of("GET", "HEAD", "POST", "OPTIONS", "TRACE", "X")) {
            try (var client = new RawClient(gateway.gateway().adminPort())) {
                client.send(head(method + " " + target + " HTTP/1.1", "Host: localhost"));
                HttpMessage answer = method.equals("HEAD") ? client.readToHead() : client.read();
                assertThat(answer.status()).as(method).isIn(400, 401);
                assertThat(answer.text()).doesNotContain("jvm_memory", "\"routes\"", "\"upstreams\"", "3.1.0");
            }
        }
    }

    @Test
    void a_request_with_the_token_is_answered() throws Exception {
        assertThat(send("GET /metrics", BEARER).text()).contains("jvm_memory");
        assertThat(send("GET /routes", "Authorization: bearer  " + TOKEN + " ").status())
                .isEqualTo(200);
        assertThat(send("GET /nothing", BEARER).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: 1",
                "Authorization:",
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: " + TOKEN,
                "Authorization: Basic " + TOKEN,
                "Authorization: Bearer correct-horse-batterx",
                "Authorization: Bearer correct-horse-battery-",
                "Authorization: Bearer correct-horse-batter",
                "Authorization: Bearer CORRECT-HORSE-BATTERY",
                "Authorization: Bearer correct horse battery",
                BEARER + "\r\nAuthorization: Bearer another",
                "Authorization: Bearer another\r\n" + BEARER,
                "Cookie: gateway-admin-80=" + TOKEN,
                "Cookie: token=" + TOKEN
            })
    void anything_else_is_refused_with_a_problem(String field) throws Exception {
        HttpMessage answer = send("GET /routes", field);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text()).contains("\"status\":401").doesNotContain(TOKEN);
    }

    @Test
    void the_token_in_a_link_opens_nothing() throws Exception {
        assertThat(send("GET /routes?token=" + TOKEN).status()).isEqualTo(401);
        assertThat(send("GET /login?token=" + TOKEN).status()).isEqualTo(401);
        assertThat(send("POST /login?token=" + TOKEN, "Content-Length: 0").status())
                .isEqualTo(400);
    }

    @Test
    void health_and_the_page_need_no_token() throws Exception {
        assertThat(send("GET /healthz").status()).isEqualTo(200);
        assertThat(send("GET /readyz?verbose").status()).isEqualTo(200);
        assertThat(send("GET /").status()).isNotEqualTo(401);
        assertThat(send("GET /page/none.js").status()).isEqualTo(404);
        assertThat(send("POST /healthz", "Content-Length: 0").status()).isEqualTo(401);
    }

    @Test
    void metrics_can_be_opened_alone() throws Exception {
        try (var open = GatewayFixture.with("admin.open-metrics=true admin.token=" + TOKEN, FakeInstance.healthy())) {
            assertThat(send(open, head("GET /metrics HTTP/1.1", "Host: localhost"))
                            .text())
                    .contains("jvm_memory");
            for (String target : List.of("//metrics", "/metrics/x", "/metrics/../routes", "/metrics;/../routes")) {
                assertThat(send(open, head("GET " + target + " HTTP/1.1", "Host: localhost"))
                                .status())
                        .as(target)
                        .isIn(400, 401);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json                  | {"token": "correct-horse-battery"} | 204
            application/x-www-form-urlencoded | token=correct-horse-battery        | 303
            """)
    void a_page_exchanges_the_token_for_a_cookie(String type, String body, int status) throws Exception {
        HttpMessage answer = post("/login", type, body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Set-Cookie"))
                .matches("gateway-admin-80=[\\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
        String cookie = "Cookie: a=b; " + Objects.requireNonNull(answer.header("Set-Cookie"));
        assertThat(send("GET /routes", cookie).status()).isEqualTo(200);
        HttpMessage out = send("POST /logout", cookie, "Content-Length: 0");
        assertThat(out.status()).isEqualTo(204);
        assertThat(out.header("Set-Cookie")).contains("Max-Age=0");
        assertThat(send("GET /routes", cookie).status()).isEqualTo(401);
    }

    @Test
    void logging_out_ends_the_streams_of_the_session() throws Exception {
        HttpMessage in = post("/login", "application/json", "{\"token\": \"" + TOKEN + "\"}");
        String cookie = "Cookie: " + Objects.requireNonNull(in.header("Set-Cookie"));
        String ask = head("GET /live HTTP/1.1", "Host: localhost\r\nAccept: text/event-stream\r\n" + cookie);
        try (var ofSession = new RawClient(gateway.gateway().adminPort());
                var ofToken = new RawClient(gateway.gateway().adminPort())) {
            assertThat(ofSession.send(ask).readHead().status()).isEqualTo(200);
            assertThat(ofToken.send(ask.replace(cookie, BEARER)).readHead().status())
                    .isEqualTo(200);
            ofSession.readPast("event: live");
            send("POST /logout", cookie, "Content-Length: 0");
            ofSession.readPast("\r\n0\r\n\r\n"); // the last chunk
            for (int events = 0; events < 3; events++) {
                ofToken.readPast("event: live");
            }
        }
    }

    @Test
    void a_wrong_token_gets_no_cookie() throws Exception {
        for (String wrong : List.of("correct-horse-batterx", "")) {
            HttpMessage answer = post("/login", "application/json", "{\"token\": \"" + wrong + "\"}");
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(answer.header("Set-Cookie")).isNull();
        }
        for (String body : List.of("", "{}", "[]", "{\"token\": 1}", "{\"token\": \"" + TOKEN)) {
            HttpMessage answer = post("/login", "application/json", body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.text()).doesNotContain(TOKEN);
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "same-origin, -, 200",
                "none, -, 200",
                "-, -, 200",
                "-, http://localhost, 200",
                "-, https://localhost, 200",
                "cross-site, -, 403",
                "same-site, -, 403",
                "cross-site, http://localhost, 403",
                "-, http://localhost:3000, 403",
                "-, http://evil.example, 403",
                "-, null, 403",
                "-, localhost.evil.example, 403"
            })
    void a_page_of_another_site_cannot_send_what_changes_something(
            @Nullable String site, @Nullable String origin, int status) throws Exception {
        String fields = (site == null ? "" : "Sec-Fetch-Site: " + site + "\r\n")
                + (origin == null ? "" : "Origin: " + origin + "\r\n") + "X-Nothing: 1";
        String body = "{\"url\": \"http://gw/svc\"}";
        String cookie = cookie();
        assertThat(post("/explain", "text/plain", body, cookie, fields).status())
                .isEqualTo(status);
        assertThat(post("/explain", "text/plain", body, BEARER, fields).status())
                .isEqualTo(200);
        assertThat(post("/login", "application/json", "{\"token\": \"" + TOKEN + "\"}", fields)
                        .status())
                .isEqualTo(status == 200 ? 204 : 403);
        assertThat(send("GET /routes", cookie, fields).status()).isEqualTo(200);
    }

    @Test
    void without_a_token_pages_of_other_sites_are_refused_too() throws Exception {
        try (var plain = GatewayFixture.over(FakeInstance.healthy())) {
            String request = "POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 24\r\n";
            String body = "{\"url\": \"http://gw/svc\"}";
            assertThat(send(plain, request + "\r\n" + body).status()).isEqualTo(200);
            assertThat(send(plain, request + "Origin: http://evil.example\r\n\r\n" + body)
                            .status())
                    .isEqualTo(403);
            HttpMessage login = send(
                    plain, head("POST /login HTTP/1.1", "Host: localhost", "Content-Length: 13") + "{\"token\": \"\"}");
            assertThat(login.status()).isEqualTo(204);
            assertThat(login.header("Set-Cookie")).isNull();
        }
    }

    @Test
    void the_token_does_not_replace_the_check_of_the_host() throws Exception {
        assertThat(send(gateway, head("GET /routes HTTP/1.1", "Host: evil.example", BEARER))
                        .status())
                .isEqualTo(421);
        try (var client = new Http2Wire(gateway.gateway().adminPort())) {
            int evil = client.open(
                    true, ":method", "GET", ":scheme", "http", ":path", "/healthz", ":authority", "evil.example");
            assertThat(client.read(evil).status()).isEqualTo(421);
        }
    }

    @Test
    void each_path_of_the_description_answers_as_described() throws Exception {
        JsonNode description =
                GatewayFixture.JSON.readTree(gateway.admin("/openapi.json").body());
        Set<String> open = Set.of("/healthz", "/readyz", "/login");
        for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String method = operation.getKey().toUpperCase(Locale.ROOT);
                String target = path.getKey();
                for (JsonNode parameter : operation.getValue().path("parameters")) {
                    target = target.replace(
                            "{" + parameter.path("name").asText() + "}",
                            parameter.path("example").asText());
                }
                JsonNode content = operation.getValue().path("requestBody").path("content");
                String body = content.path("application/json").path("example").toString();
                boolean needsToken = operation.getValue().path("security").isMissingNode();
                assertThat(needsToken).as(path.getKey()).isNotEqualTo(open.contains(path.getKey()));

                HttpMessage answer = method.equals("GET")
                        ? send("GET " + target, BEARER)
                        : post(target, "application/json", body, target.equals("/login") ? "A: b" : BEARER);
                JsonNode documented = operation.getValue().path("responses");
                assertDocumented(method + " " + target, answer, documented, description);
                if (needsToken) {
                    HttpMessage refused =
                            method.equals("GET") ? send("GET " + target) : post(target, "application/json", body);
                    assertThat(refused.status()).as(target).isEqualTo(401);
                    assertDocumented(target, refused, documented, description);
                }
            }
        }
    }

    private static void assertDocumented(String what, HttpMessage answer, JsonNode responses, JsonNode description) {
        JsonNode response = responses.path(Integer.toString(answer.status()));
        assertThat(response.isObject()).as(what + " answers " + answer.status()).isTrue();
        if (response.has("$ref")) {
            response = description.at(response.path("$ref").asText().substring(1));
        }
        @Nullable String type = answer.header("Content-Type");
        if (type == null || answer.text().isEmpty()) {
            assertThat(response.has("content")).as(what).isFalse();
        } else {
            assertThat(response.path("content").has(type.replaceAll(";.*", "")))
                    .as(what + " " + type)
                    .isTrue();
        }
    }

    @Test
    void the_token_is_shown_nowhere() throws Exception {
        for (String path : List.of("/routes", "/upstreams", "/events", "/requests", "/live", "/metrics")) {
            assertThat(gateway.admin(path).body()).as(path).doesNotContain(TOKEN);
        }
    }

    @Test
    void other_machines_are_let_in_only_with_a_token(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> GatewayFixture.with("admin.host=0.0.0.0", FakeInstance.healthy()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("admin.token-file", "0.0.0.0", "GATEWAY_ADMIN_TOKEN", "127.0.0.1");
        assertThatThrownBy(() -> GatewayFixture.with(
                        "admin.token-file=" + folder.resolve("none").resolve("token"), FakeInstance.healthy()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("admin.token-file: ");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void the_port_speaks_tls_and_its_cookie_is_secure(HttpClient.Version version, @TempDir Path folder)
            throws Exception {
        var certificate = TestCertificate.of("dns:localhost,ip:127.0.0.1", "EC");
        String options = "admin.token=" + TOKEN + " admin.tls.certificate="
                + certificate.certificate(folder.resolve("server.pem")) + " admin.tls.key="
                + certificate.key(folder.resolve("server.key"));
        try (var log = LogWriter.to(OutputStream.nullOutputStream(), 1 << 20);
                var instance = FakeInstance.healthy();
                var secured = Gateway.start(GatewayFixture.config(options, 0, 0, instance), log);
                var http = HttpClient.newBuilder()
                        .sslContext(certificate.context())
                        .version(version)
                        .build()) {
            var base = URI.create("https://localhost:" + secured.adminPort());
            HttpResponse<String> login = http.send(
                    HttpRequest.newBuilder(base.resolve("/login"))
                            .header("Content-Type", "application/json")
                            .header("Origin", base.toString())
                            .POST(HttpRequest.BodyPublishers.ofString("{\"token\": \"" + TOKEN + "\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(login.version()).isEqualTo(version);
            assertThat(login.statusCode()).as(login.body()).isEqualTo(204);
            String cookie = login.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie)
                    .startsWith("gateway-admin-" + secured.adminPort() + "=")
                    .endsWith("; Secure");
            HttpResponse<String> routes = http.send(
                    HttpRequest.newBuilder(base.resolve("/routes"))
                            .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(routes.statusCode()).isEqualTo(200);
        }
    }
}
