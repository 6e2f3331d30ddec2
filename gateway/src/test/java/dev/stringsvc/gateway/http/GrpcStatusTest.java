package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcStatusTest {
    /// The table of google/rpc/code.proto.
    @ParameterizedTest
    @CsvSource({
        "0, OK, 200",
        "1, CANCELLED, 499",
        "2, UNKNOWN, 500",
        "3, INVALID_ARGUMENT, 400",
        "4, DEADLINE_EXCEEDED, 504",
        "5, NOT_FOUND, 404",
        "6, ALREADY_EXISTS, 409",
        "7, PERMISSION_DENIED, 403",
        "8, RESOURCE_EXHAUSTED, 429",
        "9, FAILED_PRECONDITION, 400",
        "10, ABORTED, 409",
        "11, OUT_OF_RANGE, 400",
        "12, UNIMPLEMENTED, 501",
        "13, INTERNAL, 500",
        "14, UNAVAILABLE, 503",
        "15, DATA_LOSS, 500",
        "16, UNAUTHENTICATED, 401"
    })
    void has_the_numbers_and_http_statuses_of_google_rpc_code(String number, GrpcStatus status, int http) {
        assertThat(GrpcStatus.of(number)).isEqualTo(status);
        assertThat(String.valueOf(status.code())).isEqualTo(number);
        assertThat(status.httpStatus()).isEqualTo(http);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "17", "-1", "+1", "1.0", "0x1", "99999999999999999999", "OK", " 0"})
    void takes_a_malformed_or_unknown_number_for_unknown(String field) {
        assertThat(GrpcStatus.of(field)).isEqualTo(GrpcStatus.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0, INTERNAL", // NO_ERROR
        "0x2, INTERNAL", // INTERNAL_ERROR
        "0x7, UNAVAILABLE", // REFUSED_STREAM
        "0x8, CANCELLED", // CANCEL
        "0xb, RESOURCE_EXHAUSTED", // ENHANCE_YOUR_CALM
        "0xc, PERMISSION_DENIED", // INADEQUATE_SECURITY
        "0xff, INTERNAL"
    })
    void follows_from_the_code_of_a_reset(String code, GrpcStatus status) {
        assertThat(GrpcStatus.ofReset(Integer.decode(code))).isEqualTo(status);
    }

    @Test
    void is_absent_where_the_field_is_absent() {
        assertThat(GrpcStatus.of(null)).isNull();
    }

    @Test
    void blames_the_instance_for_four_of_them() {
        assertThat(Arrays.stream(GrpcStatus.values()).filter(GrpcStatus::isInstancesFault))
                .containsExactlyInAnyOrder(
                        GrpcStatus.UNAVAILABLE, GrpcStatus.INTERNAL, GrpcStatus.UNKNOWN, GrpcStatus.DATA_LOSS);
    }
}
