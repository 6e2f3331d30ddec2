package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.route.RequestText;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `POST /explain`: what would become of a request, and why. Sends nothing. Thread-safe.
final class ExplainApi {
    private static final String FORM =
            "Expected JSON such as {\"method\": \"GET\", \"url\": \"http://host/path\", \"headers\": [\"Name: value\"],"
                    + " \"client\": \"192.0.2.1\"}.";

    private final Supplier<Live> live;

    ExplainApi(Supplier<Live> live) {
        this.live = live;
    }

    void post(Context ctx) throws IOException {
        JsonNode asked = asked(ctx);
        RequestText text = text(asked);
        @Nullable InetAddress client = client(asked.path("client").asText(""));
        Json.write(ctx, 200, Explanation.of(live.get(), text, client));
    }

    private static JsonNode asked(Context ctx) {
        JsonNode asked = Json.body(ctx, FORM);
        if (!asked.path("url").isTextual()) {
            throw new Refusal(400, FORM);
        }
        return asked;
    }

    private static RequestText text(JsonNode asked) {
        List<String> headers = new ArrayList<>();
        asked.path("headers").forEach(header -> headers.add(header.asText()));
        try {
            return RequestText.of(
                    asked.path("method").asText("GET"), asked.path("url").asText(), headers);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, e.getMessage() + ". " + FORM);
        }
    }

    private static @Nullable InetAddress client(String text) {
        try {
            return text.isEmpty() ? null : InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "client: expected an IP address, got '" + text + "'.");
        }
    }
}
