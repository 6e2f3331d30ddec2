package dev.stringsvc.gateway.admin;

import io.javalin.http.Context;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `/` and `/page/NAME`: the live page, whose files are in the jar. They hold nothing secret. Thread-safe.
final class PageApi {
    private static final String INDEX = "index.html";
    private static final Map<String, byte[]> FILES = Stream.of(
                    INDEX, "page.css", "page.js", "dom.js", "rates.js", "services.js", "flow.js", "lists.js")
            .collect(Collectors.toUnmodifiableMap(name -> name, name -> Bundled.bytes("page/" + name)));
    /// The page runs its own scripts alone, asks nobody but this port, and is shown in no other page.
    private static final String POLICY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self';"
                    + " frame-ancestors 'none'";

    void index(Context ctx) {
        serve(ctx, INDEX);
    }

    void file(Context ctx) {
        serve(ctx, ctx.pathParam("name"));
    }

    private static void serve(Context ctx, String name) {
        byte @Nullable [] file = FILES.get(name);
        if (file == null) {
            throw new Refusal(404, "The page has no such file.");
        }
        ctx.status(200)
                .contentType(type(name))
                .header("Cache-Control", "no-cache")
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .result(file);
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".html" -> "text/html; charset=utf-8";
            case ".css" -> "text/css; charset=utf-8";
            default -> "text/javascript; charset=utf-8";
        };
    }
}
