package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcWebTypeTest {
    @ParameterizedTest
    @CsvSource({
        "application/grpc-web, , application/grpc, application/grpc-web",
        "application/grpc-web+proto, , application/grpc+proto, application/grpc-web+proto",
        "application/grpc-web-text, , application/grpc, application/grpc-web-text",
        "application/grpc-web-text+proto, , application/grpc+proto, application/grpc-web-text+proto",
        "Application/GRPC-Web-Text;charset=utf-8, , application/grpc, application/grpc-web-text",
        "application/grpc-web+proto, application/grpc-web-text, application/grpc+proto, application/grpc-web-text+proto",
        "application/grpc-web-text, application/grpc-web, application/grpc, application/grpc-web",
        "application/grpc-web-text, */*, application/grpc, application/grpc-web-text"
    })
    void gives_the_types_of_the_call_and_of_the_answer(String type, String accept, String call, String answer) {
        assertThat(GrpcWeb.of(type, accept)).isNotNull().satisfies(web -> {
            assertThat(web.callType()).isEqualTo(call);
            assertThat(web.answerType()).isEqualTo(answer);
        });
    }

    @Test
    void request_and_answer_may_differ_in_base64() {
        assertThat(GrpcWeb.of("application/grpc-web", "application/grpc-web-text"))
                .isEqualTo(new GrpcWeb("", false, true));
        assertThat(GrpcWeb.of("application/grpc-web-text", "application/grpc-web"))
                .isEqualTo(new GrpcWeb("", true, false));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "application/grpc",
                "application/grpc+proto",
                "application/grpc-website",
                "application/grpc-web-textual",
                "application/grpc-web+pro\"to",
                "application/json"
            })
    void is_not_any_other_content_type(String type) {
        assertThat(GrpcWeb.of(type, "application/grpc-web")).isNull();
    }
}
