package dev.stringsvc.hotels.frontend;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/` and the files of the page, which are in the jar.
final class Page {
    /// The page runs its own scripts alone, asks nobody but this server, and is shown in no other page.
    private static final String POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// The only dot of a name is before its ending, so no name leads out of the folder.
    private static final Pattern NAME = Pattern.compile("(?:[a-z0-9-]+/)*[a-z0-9-]+\\.(html|js|css|svg|json)");

    private Page() {}

    static void index(Context ctx) {
        serve(ctx, "index.html");
    }

    static void file(Context ctx) {
        serve(ctx, ctx.pathParam("file"));
    }

    private static void serve(Context ctx, String name) {
        var form = NAME.matcher(name);
        if (!form.matches()) {
            throw new NotFoundResponse();
        }
        ctx.contentType(type(form.group(1)))
                .header("Cache-Control", "no-cache")
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .result(bytes(name));
    }

    private static byte[] bytes(String name) {
        try (@Nullable InputStream in = Page.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new NotFoundResponse();
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String ending) {
        return switch (ending) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "json" -> "application/json";
            default -> "text/javascript; charset=utf-8";
        };
    }
}
