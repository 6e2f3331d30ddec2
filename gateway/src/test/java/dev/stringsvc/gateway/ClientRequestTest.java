package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An instance gets the request that the client sent.
class ClientRequestTest {
    private static HttpMessage pass(String options, String request) throws Exception {
        var instance = FakeInstance.answering("HTTP/1.1 204 No Content\r\n\r\n");
        try (var gateway = GatewayFixture.with(options, instance)) {
            assertThat(gateway.exchange(request).status()).isEqualTo(204);
            return instance.request();
        }
    }

    private static HttpMessage pass(String request) throws Exception {
        return pass("", request);
    }

    @Test
    void every_header_passes_and_only_the_gateway_s_are_added() throws Exception {
        assertThat(pass(head(
                                        "POST /svc/a?b=c HTTP/1.1",
                                        "Host: shop.example",
                                        "Content-Length: 2",
                                        "Cookie: a=1",
                                        "X-A: 1",
                                        "x-a: 2",
                                        "Accept: */*",
                                        "Content-Type: Text/X; A=b",
                                        "X-Request-Id: id-1",
                                        "Authorization: Basic eDp5")
                                + "{}")
                        .head())
                .map(ClientRequestTest::withoutToken)
                .filteredOn(line -> !line.startsWith("Host: ") && !line.startsWith("X-Forwarded-Port: "))
                .containsExactlyInAnyOrder(
                        "POST /svc/a?b=c HTTP/1.1",
                        "Cookie: a=1",
                        "X-A: 1",
                        "x-a: 2",
                        "Accept: */*",
                        "Content-Type: Text/X; A=b",
                        "Authorization: Basic eDp5",
                        "X-Request-Id: id-1",
                        "X-Forwarded-For: 127.0.0.1",
                        "X-Forwarded-Host: shop.example",
                        "X-Forwarded-Proto: http",
                        "Forwarded: for=127.0.0.1;host=shop.example;proto=http",
                        "Via: 1.1 gateway",
                        "Content-Length: 2");
    }

    @Test
    void hop_by_hop_headers_of_the_client_stay_with_it() throws Exception {
        HttpMessage request = pass(head(
                "GET /svc HTTP/1.1",
                "Host: gw",
                "Connection: keep-alive, X-Secret",
                "X-Secret: 1",
                "Connection: x-other",
                "X-Other: 1",
                "Keep-Alive: 5",
                "TE: deflate",
                "Proxy-Authorization: Basic x",
                "Proxy-Connection: x",
                "X-Kept: 1"));
        assertThat(request.header("X-Kept")).isEqualTo("1");
        assertThat(request.headers("Connection")).isEmpty();
        assertThat(String.join("\n", request.head()))
                .doesNotContainIgnoringCase("secret")
                .doesNotContainIgnoringCase("other")
                .doesNotContainIgnoringCase("keep-alive")
                .doesNotContainIgnoringCase("deflate")
                .doesNotContainIgnoringCase("proxy-");
    }

    @Test
    void what_a_client_says_of_forwarding_is_replaced() throws Exception {
        HttpMessage request = pass(head(
                "GET /svc HTTP/1.1",
                "Host: gw",
                "X-Forwarded-For: 6.6.6.6",
                "x-forwarded-for: 7.7.7.7",
                "X-Forwarded-Host: evil",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Port: 1",
                "Forwarded: for=6.6.6.6"));
        assertThat(request.headers("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(request.headers("X-Forwarded-Host")).containsExactly("gw");
        assertThat(request.headers("X-Forwarded-Proto")).containsExactly("http");
        assertThat(request.headers("X-Forwarded-Port")).hasSize(1).doesNotContain("1");
        assertThat(request.headers("Forwarded")).containsExactly("for=127.0.0.1;host=gw;proto=http");
    }

    @Test
    void what_a_trusted_proxy_says_of_forwarding_is_kept_and_added_to() throws Exception {
        HttpMessage request = pass(
                "trusted-proxies=127.0.0.0/8",
                head(
                        "GET /svc HTTP/1.1",
                        "Host: gw",
                        "X-Forwarded-For: 192.0.2.1",
                        "X-Forwarded-Host: shop.example",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Port: 443",
                        "Forwarded: for=192.0.2.1;proto=https"));
        assertThat(request.headers("X-Forwarded-For")).containsExactly("192.0.2.1, 127.0.0.1");
        assertThat(request.headers("X-Forwarded-Host")).containsExactly("shop.example");
        assertThat(request.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(request.headers("X-Forwarded-Port")).containsExactly("443");
        assertThat(request.headers("Forwarded"))
                .containsExactly("for=192.0.2.1;proto=https, for=127.0.0.1;host=gw;proto=http");
    }

    /// Each gateway has a different token after its name.
    private static String withoutToken(String line) {
        return line.replaceFirst("gateway-[0-9a-f]{16}$", "gateway");
    }

    @Test
    void gateway_puts_its_name_behind_those_whom_the_request_passed_before() throws Exception {
        assertThat(pass(head("GET /svc HTTP/1.1", "Host: gw", "Via: 1.0 one", "Via: 1.1 two"))
                        .headers("Via"))
                .map(ClientRequestTest::withoutToken)
                .containsExactly("1.0 one", "1.1 two", "1.1 gateway");
        assertThat(pass("GET /svc HTTP/1.0\r\n\r\n").headers("Via"))
                .map(ClientRequestTest::withoutToken)
                .containsExactly("1.0 gateway");
    }

    @ParameterizedTest
    @ValueSource(strings = {"trailers", "gzip;q=0.5, Trailers;q=1"})
    void client_that_takes_trailers_has_the_gateway_take_them(String te) throws Exception {
        HttpMessage request = pass(head("GET /svc HTTP/1.1", "Host: gw", "TE: " + te, "Connection: TE"));
        assertThat(request.headers("TE")).containsExactly("trailers");
        assertThat(request.headers("Connection")).containsExactly("TE");
    }

    @Test
    void repeated_headers_keep_their_order() throws Exception {
        HttpMessage request = pass(head(
                "GET /svc HTTP/1.1",
                "Host: gw",
                "X-A: 1",
                "Cookie: a=1",
                "x-a: 2",
                "Accept: a",
                "Cookie: b=2",
                "X-A:",
                "Accept: b, c"));
        assertThat(request.headers("X-A")).containsExactly("1", "2", "");
        assertThat(request.headers("Cookie")).containsExactly("a=1", "b=2");
        assertThat(request.headers("Accept")).containsExactly("a", "b, c");
    }

    @Test
    void empty_body_of_a_get_request_is_none() throws Exception {
        HttpMessage request = pass(head("GET /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked") + "0\r\n\r\n");
        assertThat(request.header("Content-Length")).isNull();
        assertThat(request.header("Transfer-Encoding")).isNull();
        assertThat(pass(head("GET /svc HTTP/1.1", "Host: gw", "Content-Length: 0"))
                        .header("Content-Length"))
                .isNull();
    }

    @Test
    void client_of_http_1_0_needs_no_host() throws Exception {
        assertThat(pass("GET /svc HTTP/1.0\r\n\r\n").startLine()).isEqualTo("GET /svc HTTP/1.1");
    }

    @Test
    void user_agent_is_the_client_s_or_none() throws Exception {
        assertThat(pass("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n").headers("User-Agent"))
                .isEmpty();
        assertThat(pass("GET /svc HTTP/1.1\r\nHost: gw\r\nUser-Agent: okhttp/4\r\n\r\n")
                        .headers("User-Agent"))
                .containsExactly("okhttp/4");
    }

    @Test
    void header_bytes_that_are_not_ascii_pass() throws Exception {
        assertThat(pass("GET /svc HTTP/1.1\r\nHost: gw\r\nX-Name: Zo\u00c3\u00ab\r\n\r\n")
                        .header("X-Name"))
                .isEqualTo("Zo\u00c3\u00ab");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET",
                "OPTIONS",
                "TRACE",
                "DELETE",
                "POST",
                "PUT",
                "PATCH",
                "PROPFIND",
                "MKCOL",
                "QUERY",
                "M-SEARCH",
                "X"
            })
    void any_method_passes_without_a_body(String method) throws Exception {
        HttpMessage request = pass(method + " /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
        assertThat(request.startLine()).isEqualTo(method + " /svc HTTP/1.1");
        assertThat(request.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "DELETE", "POST", "PUT", "PATCH", "PROPFIND", "QUERY", "REPORT", "X"})
    void any_method_but_get_and_head_passes_with_a_body(String method) throws Exception {
        HttpMessage request = pass(method + " /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(request.startLine()).isEqualTo(method + " /svc HTTP/1.1");
        assertThat(request.headers("Content-Length")).containsExactly("5");
        assertThat(request.text()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/svc?",
                "/svc?a=1&b=2&a=3",
                "/svc/%C3%A9?q=%20+%26",
                "/svc/?x=a/../b",
                "/svc/~a!$&'()*+,=:@",
                "/svc?$filter=name%20eq%20'x'",
                "/svc?q='\"<>`{|}^[]\\",
                "/svc?a=%zz&&=&%",
                "/svc/100%25",
                "/svc/a%2520b",
                "/svc/a//b",
                "/svc/a;v=1/b",
                "/svc/..."
            })
    void target_passes_byte_for_byte(String target) throws Exception {
        assertThat(pass("GET " + target + " HTTP/1.1\r\nHost: gw\r\n\r\n").startLine())
                .isEqualTo("GET " + target + " HTTP/1.1");
    }

    @Test
    void target_in_absolute_form_is_taken_by_its_path() throws Exception {
        assertThat(pass("GET http://shop.example/svc/a?b HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                        .startLine())
                .isEqualTo("GET /svc/a?b HTTP/1.1");
    }

    @Test
    void prefix_is_stripped_where_the_route_says_so() throws Exception {
        assertThat(pass("route.strip-prefix=/svc", "GET /svc/a/b?c HTTP/1.1\r\nHost: gw\r\n\r\n")
                        .startLine())
                .isEqualTo("GET /a/b?c HTTP/1.1");
        assertThat(pass("route.strip-prefix=/svc", "GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n")
                        .startLine())
                .isEqualTo("GET / HTTP/1.1");
    }

    @Test
    void body_in_chunks_that_is_short_is_sent_with_its_length() throws Exception {
        HttpMessage request = pass(head("POST /svc HTTP/1.1", "Host: gw", "Transfer-Encoding: chunked")
                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assertThat(request.headers("Content-Length")).containsExactly("5");
        assertThat(request.headers("Transfer-Encoding")).isEmpty();
        assertThat(request.text()).isEqualTo("abcde");
    }

    @Test
    void client_that_expects_to_be_told_to_go_on_is_told_so() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            client.send("POST /svc HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.send("hello").read().status()).isEqualTo(200);
            assertThat(instance.request().header("Expect")).isNull();
            assertThat(instance.request().text()).isEqualTo("hello");
        }
    }

    @Test
    void client_that_waits_to_be_told_to_go_on_is_told_where_its_body_is_not_wanted() throws Exception {
        try (var gateway = GatewayFixture.with("route.methods=POST limits.request-body=4B", FakeInstance.healthy())) {
            String rest = " HTTP/1.1\r\nHost: gw\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
            for (String refused : List.of("404 POST /other", "405 PUT /svc", "413 POST /svc")) {
                try (RawClient client = gateway.client()) {
                    HttpMessage answer =
                            client.send(refused.substring(4) + rest).read();
                    assertThat(answer.status()).isEqualTo(Integer.parseInt(refused.substring(0, 3)));
                    assertThat(answer.header("Connection")).isEqualTo("close");
                    assertThat(client.ended()).isTrue();
                }
            }
        }
    }

    @Test
    void client_that_expects_what_nobody_knows_is_told_so() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange("GET /svc HTTP/1.1\r\nHost: gw\r\nExpect: wonders\r\n\r\n");
            assertThat(answer.status()).isEqualTo(417);
            assertThat(instance.connections()).isZero();
        }
    }

    @Test
    void client_that_ends_its_half_after_the_request_is_answered() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                RawClient client = gateway.client()) {
            client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n").sendEnd();
            assertThat(client.read().text()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "4bf92f35-77b3/x:y.z_1+2=@", "0123456789abcdef"})
    void sane_request_id_is_kept_everywhere(String id) throws Exception {
        var instance =
                FakeInstance.answering("HTTP/1.1 200 OK\r\nX-Request-Id: the-instance-s\r\nContent-Length: 0\r\n\r\n");
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange("GET /svc HTTP/1.1\r\nHost: gw\r\nX-Request-Id: " + id + "\r\n\r\n");
            assertThat(answer.headers("X-Request-Id")).containsExactly(id);
            assertThat(instance.request().headers("X-Request-Id")).containsExactly(id);
            assertThat(gateway.logLine()).containsPattern("request_id=\"?" + java.util.regex.Pattern.quote(id));
        }
    }

    @Test
    void request_id_that_is_not_sane_is_replaced_everywhere() throws Exception {
        for (String id : List.of("", "a b", "x".repeat(129), "\"quoted\"", "<script>", "\u00e9")) {
            var instance = FakeInstance.healthy();
            try (var gateway = GatewayFixture.over(instance)) {
                HttpMessage answer =
                        gateway.exchange("GET /svc HTTP/1.1\r\nHost: gw\r\nX-Request-Id: " + id + "\r\n\r\n");
                String made = answer.header("X-Request-Id");
                assertThat(made).matches("[0-9a-f]{32}");
                assertThat(instance.request().headers("X-Request-Id")).containsExactly(made);
                assertThat(gateway.logLine()).endsWith("request_id=" + made);
            }
        }
    }

    @Test
    void access_log_tells_the_whole_story_in_one_line() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            gateway.exchange("GET /svc/a?secret=1 HTTP/1.1\r\nHost: gw\r\nX-Request-Id: id-1\r\n\r\n");
            assertThat(gateway.logLine())
                    .matches("ts=\\S+ method=GET path=/svc/a status=200 outcome=ok bytes=2 took=\\S+ route=r instance="
                            + "\\S+" + " attempts=1 request_id=id-1")
                    .contains("instance=" + instance.address());
        }
    }
}
