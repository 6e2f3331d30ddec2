package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcCallTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/grpc",
                "Application/GRPC",
                "application/grpc+proto",
                "application/grpc;charset=utf-8"
            })
    void is_known_by_its_content_type(String type) {
        assertThat(GrpcCall.isContentType(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/grpc-web", "application/grpc-web+proto", "application/grpcx", "text/plain", ""})
    void is_not_any_other_content_type(String type) {
        assertThat(GrpcCall.isContentType(type)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1n, PT0.000000001S",
        "5u, PT0.000005S",
        "250m, PT0.25S",
        "99999999m, PT27H46M39.999S",
        "3S, PT3S",
        "2M, PT2M",
        "1H, PT1H",
        "0S, PT0S"
    })
    void reads_a_timeout_in_every_unit(String value, Duration expected) {
        assertThat(GrpcCall.timeout(value)).isEqualTo(expected);
    }

    @Test
    void takes_the_longest_timeout_for_a_very_long_one() {
        assertThat(GrpcCall.timeout("99999999H")).isGreaterThan(Duration.ofDays(365));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "1", "123456789S", "-1S", "+1S", "1.5S", "1s", "1h", " 1S", "1S "})
    void has_no_timeout_where_it_is_malformed(String value) {
        assertThat(GrpcCall.timeout(value)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.000000001S, 1n",
        "PT-1S, 1n",
        "PT0.099999999S, 99999999n",
        "PT0.1S, 100000u",
        "PT100S, 100000m",
        "PT100000S, 100000S",
        "PT1000000000S, 16666666M"
    })
    void writes_a_timeout_with_at_most_eight_digits(Duration timeout, String expected) {
        assertThat(GrpcCall.format(timeout)).isEqualTo(expected);
    }

    @Test
    void tells_an_attempt_what_is_left_and_what_came_before() {
        HeaderFields head = new HeaderFields()
                .add("content-type", "application/grpc")
                .add("grpc-timeout", "9S")
                .add("grpc-previous-rpc-attempts", "2");
        GrpcCall call = Objects.requireNonNull(GrpcCall.of(head));
        assertThat(call).isEqualTo(new GrpcCall(Duration.ofSeconds(9), 2));
        HeaderFields attempt = call.attempt(head, 1, Duration.ofMillis(50));
        assertThat(attempt.all("grpc-timeout")).containsExactly("50000000n");
        assertThat(attempt.all("grpc-previous-rpc-attempts")).containsExactly("3");
        assertThat(attempt.all("content-type")).containsExactly("application/grpc");
    }

    @Test
    void leaves_the_head_of_the_first_attempt_without_a_timeout_as_it_is() {
        HeaderFields head = new HeaderFields().add("content-type", "application/grpc");
        assertThat(new GrpcCall(null, 0).attempt(head, 0, null)).isSameAs(head);
    }

    @ParameterizedTest
    @CsvSource({"plain text, plain text", "100 %, 100 %25", "déjà, d%C3%A9j%C3%A0"})
    void encodes_a_message(String message, String encoded) {
        assertThat(GrpcCall.encodeMessage(message)).isEqualTo(encoded);
        assertThat(GrpcCall.encodeMessage("a\nb")).isEqualTo("a%0Ab");
    }
}
