package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `POST /login`: exchanges the token for the cookie of a session; `POST /logout` ends the session. If the
/// port asks for no token, both do nothing. Thread-safe.
final class LoginApi {
    private static final String FORM = "Expected JSON such as {\"token\": \"…\"}, or a form with token.";

    private final TokenCheck token;
    private final Sessions sessions;
    private final RefusalLog log;

    LoginApi(TokenCheck token, Sessions sessions, RefusalLog log) {
        this.token = token;
        this.sessions = sessions;
        this.log = log;
    }

    void login(Context ctx) {
        boolean form =
                Objects.requireNonNullElse(ctx.contentType(), "").startsWith("application/x-www-form-urlencoded");
        String given = form ? Objects.requireNonNullElse(ctx.formParam("token"), "") : inJson(ctx);
        if (token.isRequired()) {
            if (!token.accepts(given)) {
                log.refused(ctx.ip(), "the token is not the admin port's");
                ctx.header("WWW-Authenticate", "Bearer");
                throw new Refusal(401, "The token is not the admin port's.");
            }
            setCookie(ctx, sessions.begin(), Sessions.LIFETIME.toSeconds());
        }
        if (form) {
            ctx.status(303).header("Location", "/");
        } else {
            ctx.status(204);
        }
    }

    void logout(Context ctx) {
        @Nullable String id = ctx.cookie(Sessions.cookie(ctx.port()));
        if (id != null) {
            sessions.end(id);
            setCookie(ctx, "", 0);
        }
        ctx.status(204);
    }

    private static String inJson(Context ctx) {
        JsonNode given = Json.body(ctx, FORM).path("token");
        if (!given.isTextual()) {
            throw new Refusal(400, FORM);
        }
        return given.asText();
    }

    private static void setCookie(Context ctx, String id, long seconds) {
        ctx.header(
                "Set-Cookie",
                "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s"
                        .formatted(
                                Sessions.cookie(ctx.port()),
                                id,
                                seconds,
                                ctx.req().isSecure() ? "; Secure" : ""));
    }
}
