package dev.stringsvc.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringApiTest {
    private final TestServer server = new TestServer();

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/uppercase | {\"s\": \"foo\"}           | {\"v\":\"FOO\"}",
                "/uppercase | {\"s\":\"a\\\"\\n\\u00e9\"} | {\"v\":\"A\\\"\\nÉ\"}",
                "/uppercase | {\"x\":[{\"s\":1}],\"s\":\"a\"} | {\"v\":\"A\"}",
                "/uppercase | {\"s\":\"\\ud83d\\ude00\"} | {\"v\":\"😀\"}",
                "/count     | {\"s\":\"foo\"}            | {\"v\":\"3\"}",
                "/count     | {\"s\":\"\"}               | {\"v\":\"0\"}",
                "/count     | {\"s\":\"😀é\"}            | {\"v\":\"2\"}",
            })
    void answers_with_json_whatever_the_content_type_says(String path, String body, String answer) throws Exception {
        var response = server.post(path, body);
        assertThat(response.body()).isEqualTo(answer);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @Test
    void the_empty_string_has_no_uppercase() throws Exception {
        var response = server.post("/uppercase", "{\"s\":\"\"}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo("{\"v\":\"\",\"err\":\"empty string\"}");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"email\":\"test\",\"content\":\"Hi\"}",
                "{\"email\":\"t\"}",
                "{\"email\":\"t\",\"content\":null}"
            })
    void the_notificator_answers_with_an_id_of_its_own_for_each_mail(String body) throws Exception {
        String first = server.post("/notificator", body).body();
        String second = server.post("/notificator", body).body();
        assertThat(first).matches("\\{\"id\":\"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\"}");
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void a_text_close_to_the_limit_is_served_whole() throws Exception {
        String text = "ß".repeat(500_000);
        var response = server.post("/uppercase", "{\"s\":\"" + text + "\"}");
        assertThat(response.body()).isEqualTo("{\"v\":\"" + "SS".repeat(500_000) + "\"}");
    }

    @Test
    void a_byte_order_mark_before_the_json_is_skipped() throws Exception {
        assertThat(server.post("/uppercase", "\uFEFF{\"s\":\"foo\"}").body()).isEqualTo("{\"v\":\"FOO\"}");
    }

    @Test
    void health_and_metrics_answer_get_and_head() throws Exception {
        var health = server.get("/health");
        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"status\":\"serving\"}");
        for (String path : new String[] {"/health", "/metrics"}) {
            var head = server.send(server.request(path).method("HEAD", BodyPublishers.noBody()));
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void metrics_count_calls_by_method_and_outcome_and_include_the_jvm() throws Exception {
        server.post("/uppercase", "{\"s\":\"foo\"}");
        server.post("/uppercase", "{\"s\":\"bar\"}");
        server.post("/count", "no json");
        var response = server.get("/metrics");
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain;"));
        assertThat(response.body())
                .contains("stringsvc_call_duration_seconds_count{method=\"uppercase\",outcome=\"ok\"} 2")
                .contains("stringsvc_call_duration_seconds_count{method=\"count\",outcome=\"rejected\"} 1")
                .contains("stringsvc_call_duration_seconds_count{method=\"SendEmail\",outcome=\"ok\"} 0")
                .contains("jvm_memory_used_bytes", "jvm_gc_", "jvm_threads_live_threads", "process_uptime_seconds");
    }
}
