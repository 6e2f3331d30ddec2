package dev.stringsvc.hotels.frontend;

import dev.stringsvc.examples.http.Json;
import dev.stringsvc.examples.http.Problem;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import io.grpc.Status;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Answers a request with JSON or a problem, and writes one line about it. Thread-safe.
final class Endpoint {
    private final Backend backend;
    private final LogWriter calls;

    Endpoint(Backend backend, LogWriter calls) {
        this.backend = backend;
        this.calls = calls;
    }

    /// What an endpoint does.
    @FunctionalInterface
    interface Api {
        /// @throws Parameters.Invalid if the request has a wrong parameter
        /// @throws Backend.ServiceFailed if a service gives no answer
        Answer answer(Parameters parameters, Backend.Calls calls);
    }

    /// @param locale of the texts; empty if there is none
    record Answer(Record body, Optional<String> locale) {}

    void answer(Context ctx, Api api) {
        long begin = System.nanoTime();
        CallIds ids = CallIds.current();
        var line = calls.line(Instant.now()).field("method", "GET").field("path", ctx.path());
        try {
            var parameters = new Parameters(name -> Optional.ofNullable(ctx.queryParam(name)));
            Answer answer = api.answer(parameters, backend.calls());
            answer.locale().ifPresent(locale -> ctx.header("Content-Language", locale));
            Json.answer(ctx, "application/json", answer.body());
        } catch (Parameters.Invalid e) {
            line.field("err", e.sentence());
            Problem.answer(ctx, 400, e.sentence(), with("parameter", e.parameter(), ids.request()));
        } catch (Backend.ServiceFailed e) {
            line.field("err", e.service() + ": " + e.failure().getStatus());
            refuse(ctx, e, ids.request());
        }
        line.field("status", ctx.statusCode()).field("took", Duration.ofNanos(System.nanoTime() - begin));
        ids.addTo(line);
        calls.write(line.toString());
    }

    private static void refuse(Context ctx, Backend.ServiceFailed e, Optional<String> requestId) {
        Map<String, String> more = with("service", e.service(), requestId);
        if (e.failure().getStatus().getCode() == Status.Code.UNAVAILABLE) {
            ctx.header("Retry-After", "1");
            Problem.answer(ctx, 503, "No instance of " + e.service() + " answers.", more);
        } else if (e.failure().getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
            Problem.answer(ctx, 504, "The service " + e.service() + " did not answer in time.", more);
        } else {
            Problem.answer(ctx, 502, "The service " + e.service() + " failed.", more);
        }
    }

    private static Map<String, String> with(String key, String value, Optional<String> requestId) {
        return requestId.map(id -> Map.of(key, value, "request_id", id)).orElseGet(() -> Map.of(key, value));
    }
}
