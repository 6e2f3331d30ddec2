package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.GrpcStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {
    @ParameterizedTest
    @CsvSource({
        "200, , , ok",
        "301, , , ok",
        "101, , , ok",
        "200, , connection broke, failed",
        "404, , , client-error",
        "404, , no route takes the path, client-error",
        "499, , the client went away, client-gone",
        "500, , , server-error",
        "503, , , server-error",
        "502, , not reached, failed",
        "504, , timed out, failed",
        "200, OK, , ok",
        "200, OK, connection broke, failed",
        "200, NOT_FOUND, , client-error",
        "200, UNIMPLEMENTED, no route takes the path, client-error",
        "200, UNAVAILABLE, , server-error",
        "200, UNAVAILABLE, not reached, failed",
        "499, CANCELLED, the client went away, client-gone"
    })
    void every_request_has_one(int status, @Nullable GrpcStatus grpc, @Nullable String error, String word) {
        var call = grpc == null ? null : new Exchange.Call("pkg.Service/Method", grpc);
        var exchange =
                new Exchange("GET", "/", status, 0, Duration.ZERO, "r", "svc", List.of(), "id", error, call, null);
        assertThat(Outcome.of(exchange).word()).isEqualTo(word);
    }
}
