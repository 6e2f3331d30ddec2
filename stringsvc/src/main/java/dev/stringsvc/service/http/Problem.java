package dev.stringsvc.service.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/// An error in the format of RFC 9457.
///
/// @param type     always `about:blank`: the status is the type
/// @param title    the name of the status
/// @param detail   a sentence for a person
/// @param instance the path of the request; absent if it could not be read
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance) {
    static final String CONTENT_TYPE = "application/problem+json";

    static Problem of(int status, String detail, @Nullable String instance) {
        return new Problem("about:blank", HttpStatus.getMessage(status), status, detail, instance);
    }

    static void answer(Context ctx, int status, String detail) {
        ctx.status(status);
        Json.answer(ctx, CONTENT_TYPE, of(status, detail, ctx.path()));
    }
}
