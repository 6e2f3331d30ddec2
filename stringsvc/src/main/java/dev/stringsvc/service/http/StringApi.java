package dev.stringsvc.service.http;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The three calls. Each reads its fields, answers, and adds one log line and one sample to the meters.
/// Thread-safe.
final class StringApi {
    private static final Logger LOG = LoggerFactory.getLogger(StringApi.class);

    private final CallLog log;
    private final Meters meters;

    StringApi(CallLog log, Meters meters) {
        this.log = log;
        this.meters = meters;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/uppercase", ctx -> handle(ctx, Method.UPPERCASE, this::uppercase));
        routes.post("/count", ctx -> handle(ctx, Method.COUNT, this::count));
        routes.post("/notificator", ctx -> handle(ctx, Method.SEND_EMAIL, this::sendEmail));
    }

    private Answer uppercase(JsonBody body, Call call) {
        String s = body.string("s");
        String v = Strings.uppercase(s);
        call.note("input", s);
        call.note("output", v);
        if (s.isEmpty()) {
            call.ended(Outcome.REJECTED, "empty string");
            return new Answer(400, new Failure("", "empty string"));
        }
        return new Answer(200, new Value(v));
    }

    private Answer count(JsonBody body, Call call) {
        String s = body.string("s");
        int n = Strings.count(s);
        call.note("input", s);
        call.note("n", n);
        return new Answer(200, new Value(Integer.toString(n)));
    }

    /// Pretends to send an email.
    private Answer sendEmail(JsonBody body, Call call) {
        String email = body.string("email");
        call.note("email", email);
        @Nullable String content = body.optionalString("content");
        call.note("content", content);
        if (email.isBlank()) {
            throw new Rejection(400, "The field \"email\" is blank.");
        }
        String id = UUID.randomUUID().toString();
        call.note("id", id);
        return new Answer(200, new Sent(id));
    }

    private void handle(Context ctx, Method method, Work work) throws IOException {
        var call = new Call(method);
        @Nullable Rejection rejection = null;
        try {
            Answer answer = work.answer(JsonBody.parse(RequestBody.read(ctx.req())), call);
            ctx.status(answer.status);
            Json.answer(ctx, Json.CONTENT_TYPE, answer.body);
        } catch (Rejection e) {
            rejection = e;
            call.ended(Outcome.REJECTED, e.sentence());
        } catch (RuntimeException e) {
            call.ended(Outcome.FAILED, "internal error");
            LOG.error("failed to answer {}", method.label(), e);
            Problem.answer(ctx, 500, "The service failed to answer this request.");
        }
        Duration took = call.took();
        meters.record(call, took);
        log.write(call, ctx.req().getLocalPort(), took);
        if (rejection != null) {
            reject(ctx, rejection);
        }
    }

    private static void reject(Context ctx, Rejection rejection) throws IOException {
        if (rejection.status() == 413) {
            RequestBody.answerAndLinger(ctx, Problem.of(413, rejection.sentence(), ctx.path()));
        } else {
            Problem.answer(ctx, rejection.status(), rejection.sentence());
        }
    }

    @FunctionalInterface
    private interface Work {
        Answer answer(JsonBody body, Call call);
    }

    private record Answer(int status, Record body) {}

    private record Value(String v) {}

    @JsonPropertyOrder({"v", "err"})
    private record Failure(String v, String err) {}

    private record Sent(String id) {}
}
