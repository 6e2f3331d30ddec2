package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.program.LoggerLevels;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/loggers`: the level of each logger, and how to change it until the next start. Thread-safe.
final class LoggersApi {
    private static final Logger LOG = LoggerFactory.getLogger(LoggersApi.class);
    private static final String FORM =
            "Expected JSON: {\"level\": \"debug\"}, or {\"level\": null} for the level at the start.";

    private final LoggerLevels levels = new LoggerLevels();

    void list(Context ctx) throws IOException {
        Json.write(ctx, 200, Map.of("levels", LoggerLevels.WORDS, "loggers", levels.all()));
    }

    void set(Context ctx) throws IOException {
        @Nullable String level = level(ctx);
        String name = ctx.pathParam("name");
        LoggerLevels.State now = set(name, level)
                .orElseThrow(() -> new Refusal(404, "There is no such logger; GET /loggers lists them."));
        LOG.warn("the level of the logger {} is {} now, as the admin port was told", name, now.level());
        Json.write(ctx, 200, Map.of("name", name, "level", now.level(), "changed", now.changed()));
    }

    private Optional<LoggerLevels.State> set(String name, @Nullable String level) {
        try {
            return levels.set(name, level);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "level: " + e.getMessage() + ".");
        }
    }

    private static @Nullable String level(Context ctx) {
        JsonNode level = Json.body(ctx, FORM).path("level");
        if (!level.isTextual() && !level.isNull()) {
            throw new Refusal(400, FORM);
        }
        return level.isNull() ? null : level.asText();
    }
}
