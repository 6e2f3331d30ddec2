package dev.stringsvc.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RejectionTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            value = {
                "''                      | The request body is empty",
                "' '                     | The request body is empty",
                "{s:1}                   | is not valid JSON",
                "nul                     | is not valid JSON",
                "{\"s\":\"a\"            | is not valid JSON",
                "{\"s\":\"a\"} x         | is not valid JSON",
                "{\"s\":\"a\"}{}         | has more text after its JSON object",
                "[1]                     | The request body is an array",
                "\"s\"                   | The request body is a string",
                "{}                      | The field \"s\" is missing",
                "{\"s\":null}            | must be a string, not null",
                "{\"s\":1}               | must be a string, not a number",
                "{\"s\":true}            | must be a string, not true or false",
                "{\"s\":[\"a\"]}         | must be a string, not an array",
                "{\"s\":{\"a\":\"b\"}}   | must be a string, not an object",
                "{\"s\":\"a\",\"s\":\"a\"} | has a field twice",
                "{\"s\":\"\\ud800\"}     | half of a surrogate pair",
            })
    void a_wrong_body_is_refused_with_a_sentence(String body, String sentence) throws Exception {
        for (String path : new String[] {"/uppercase", "/count"}) {
            JsonNode problem = problem(server.post(path, body), 400);
            assertThat(problem.get("detail").textValue())
                    .contains(sentence)
                    .doesNotContain("com.", "Jackson", "Exception");
            assertThat(problem.get("instance").textValue()).isEqualTo(path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"content\":\"Hi\"}", "{\"email\":\" \"}", "{\"email\":1}", "{\"email\":\"a\",\"content\":1}"})
    void the_notificator_requires_an_address_and_text(String body) throws Exception {
        problem(server.post("/notificator", body), 400);
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused() throws Exception {
        JsonNode problem = problem(server.post("/uppercase", "{\"s\":\"é\"}".getBytes(ISO_8859_1)), 400);
        assertThat(problem.get("detail").textValue()).isEqualTo("The request body is not valid UTF-8.");
    }

    @Test
    void deep_nesting_is_refused_without_a_stack_overflow() throws Exception {
        String deep = "[".repeat(400_000) + "]".repeat(400_000);
        problem(server.post("/uppercase", deep), 400);
        problem(server.post("/uppercase", "{\"x\":" + deep + ",\"s\":\"a\"}"), 400);
    }

    @Test
    void a_body_over_one_mebibyte_is_refused_whether_or_not_its_length_is_announced() throws Exception {
        byte[] body = ("{\"s\":\"" + "a".repeat(3 << 20) + "\"}").getBytes(UTF_8);
        problem(server.post("/uppercase", body), 413);
        var chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        problem(server.send(server.request("/uppercase").POST(chunked)), 413);
    }

    @Test
    void a_wrong_method_is_refused_and_the_allowed_ones_are_named() throws Exception {
        var get = server.get("/uppercase");
        problem(get, 405);
        assertThat(get.headers().firstValue("Allow")).hasValue("POST");
        var html = server.send(
                server.request("/health").header("Accept", "text/html").DELETE());
        problem(html, 405);
        assertThat(html.headers().firstValue("Allow")).hasValue("GET, HEAD");
        problem(server.send(server.request("/health").method("BREW", BodyPublishers.noBody())), 501);
    }

    @Test
    void an_unknown_path_is_not_found() throws Exception {
        assertThat(problem(server.get("/nothing%20here?q"), 404).get("instance").textValue())
                .isEqualTo("/nothing%20here");
        problem(server.post("/", "{}"), 404);
    }

    private static JsonNode problem(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(response.body());
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("title").textValue()).isNotBlank();
        assertThat(problem.get("type").textValue()).isEqualTo("about:blank");
        return problem;
    }
}
