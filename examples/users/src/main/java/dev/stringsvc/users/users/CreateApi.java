package dev.stringsvc.users.users;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.examples.http.Json;
import dev.stringsvc.examples.http.Problem;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /create`: creates a user, and has notificator send it an email. Writes one log line for
/// each call. Thread-safe.
final class CreateApi {
    private static final Logger LOG = LoggerFactory.getLogger(CreateApi.class);
    private static final String CONTENT = "Hi! Thank you for registration...";
    private static final String EXAMPLE = "send a JSON object such as {\"email\":\"test\"}.";
    private static final int LARGEST_BODY = 65_536;

    private final Notificators notificators;
    private final LogWriter calls;

    CreateApi(Notificators notificators, LogWriter calls) {
        this.notificators = notificators;
        this.calls = calls;
    }

    /// @param e0 always null: no error
    private record Created(@Nullable String e0) {}

    /// A request that cannot be served.
    private static final class Rejection extends Exception {
        private static final long serialVersionUID = 1;

        private final int status;

        Rejection(int status, String sentence) {
            super(sentence, null, false, false);
            this.status = status;
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    void create(Context ctx) {
        long begin = System.nanoTime();
        var line = calls.line(Instant.now()).field("method", "create");
        try {
            String email = email(ctx);
            line.field("email", email);
            String id = notificators.sendEmail(email, CONTENT);
            LOG.info("Email ID: {}", id);
            line.field("err", null);
            Json.answer(ctx, "application/json", new Created(null));
        } catch (Rejection e) {
            line.field("err", e.sentence());
            Problem.answer(ctx, e.status, e.sentence());
        } catch (StatusRuntimeException e) {
            line.field("err", e.getStatus().getCode() + ": " + e.getStatus().getDescription());
            refuse(ctx, e.getStatus());
        }
        line.field("took", Duration.ofNanos(System.nanoTime() - begin));
        CallIds.current().addTo(line);
        calls.write(line.toString());
    }

    private static void refuse(Context ctx, Status status) {
        switch (status.getCode()) {
            case UNAVAILABLE -> {
                ctx.header("Retry-After", "1");
                Problem.answer(ctx, 503, "No notificator answers, so the user is not created.");
            }
            case DEADLINE_EXCEEDED ->
                Problem.answer(ctx, 504, "Notificator did not answer in time, so the user is not created.");
            case INVALID_ARGUMENT -> Problem.answer(ctx, 400, "Notificator refuses this user.");
            default -> Problem.answer(ctx, 502, "Notificator failed, so the user is not created.");
        }
    }

    /// Ignores the content type, because `curl -d` sends another one.
    private static String email(Context ctx) throws Rejection {
        JsonNode body = body(ctx);
        if (!body.isObject()) {
            throw new Rejection(400, "The request body is not a JSON object; " + EXAMPLE);
        }
        JsonNode email = body.path("email");
        if (email.isMissingNode()) {
            throw new Rejection(400, "The field \"email\" is missing; " + EXAMPLE);
        }
        if (!email.isTextual()) {
            throw new Rejection(400, "The field \"email\" must be a string.");
        }
        if (email.textValue().isBlank()) {
            throw new Rejection(400, "The field \"email\" is blank.");
        }
        return email.textValue();
    }

    private static JsonNode body(Context ctx) throws Rejection {
        byte[] bytes;
        try {
            bytes = ctx.bodyInputStream().readNBytes(LARGEST_BODY + 1);
        } catch (IOException e) {
            throw new Rejection(400, "The request body ended too early.");
        }
        if (bytes.length > LARGEST_BODY) {
            throw new Rejection(413, "The request body is larger than " + LARGEST_BODY + " bytes.");
        }
        try {
            return Json.read(bytes);
        } catch (IOException e) {
            throw new Rejection(400, "The request body is not valid JSON; " + EXAMPLE);
        }
    }
}
