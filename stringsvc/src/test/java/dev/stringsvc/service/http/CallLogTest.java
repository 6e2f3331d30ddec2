package dev.stringsvc.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallLogTest {
    private static final String TOOK = " took=[0-9.]+(ns|µs|ms|s)";

    private final TestServer server = new TestServer();
    private final String listen = "listen=:" + server.server().port();

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void each_call_is_one_line_in_the_format_of_go_kits_stringsvc() throws Exception {
        server.post("/uppercase", "{\"s\":\"foo\"}");
        server.post("/uppercase", "{\"s\":\"\"}");
        server.post("/count", "{\"s\":\"a b\"}");
        server.post("/notificator", "{\"email\":\"test\",\"content\":\"Hi\"}");
        server.post("/count", "[]");
        server.get("/health");
        var lines = server.stopAndReadLog();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0))
                .matches(listen + " caller=StringApi.uppercase method=uppercase input=foo output=FOO err=null" + TOOK);
        assertThat(lines.get(1))
                .matches(listen + " caller=StringApi.uppercase method=uppercase input=\"\" output=\"\""
                        + " err=\"empty string\"" + TOOK);
        assertThat(lines.get(2)).matches(listen + " caller=StringApi.count method=count input=\"a b\" n=3" + TOOK);
        assertThat(lines.get(3))
                .matches(listen + " caller=StringApi.sendEmail method=SendEmail email=test content=Hi id=[0-9a-f-]{36}"
                        + TOOK);
        assertThat(lines.get(4))
                .matches(listen + " caller=StringApi.count method=count input=null n=null"
                        + " err=\"The request body is an array; .*\"" + TOOK);
    }

    @Test
    void a_request_id_is_logged_if_it_is_short_and_printable() throws Exception {
        for (String id : new String[] {"abc-1", "a b", "x".repeat(129)}) {
            server.send(
                    server.request("/count").header("X-Request-Id", id).POST(BodyPublishers.ofString("{\"s\":\"x\"}")));
        }
        var lines = server.stopAndReadLog();
        assertThat(lines.get(0)).endsWith(" request_id=abc-1");
        assertThat(lines.subList(1, 3)).noneMatch(line -> line.contains("request_id"));
    }

    @Test
    void no_input_forges_a_line() throws Exception {
        server.post("/uppercase", "{\"s\":\"x\\nts=0 method=admin\"}");
        assertThat(server.stopAndReadLog())
                .singleElement()
                .asString()
                .contains("input=\"x\\nts=0 method=admin\" output=\"X\\nTS=0 METHOD=ADMIN\"");
    }

    @ParameterizedTest
    @EnumSource
    void the_caller_is_a_method_that_exists(Method method) {
        assertThat(Arrays.stream(StringApi.class.getDeclaredMethods()).map(m -> "StringApi." + m.getName()))
                .contains(method.caller());
    }
}
