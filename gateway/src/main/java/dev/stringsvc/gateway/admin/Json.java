package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// How the admin port reads and writes JSON.
final class Json {
    static final ObjectMapper MAPPER = new JsonMapper();

    private Json() {}

    /// The body of a request.
    ///
    /// @param form what is expected, in a sentence for a client that sends no JSON
    static JsonNode body(Context ctx, String form) {
        try {
            @Nullable JsonNode body = MAPPER.readTree(ctx.bodyAsBytes());
            if (body != null) {
                return body;
            }
        } catch (IOException e) {
            // told below, without the body, which may hold a secret
        }
        throw new Refusal(400, form);
    }

    static void write(Context ctx, int status, Object body) throws JsonProcessingException {
        ctx.status(status)
                .contentType("application/json")
                .result(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(body));
    }

    /// In one line, for an event stream.
    static String line(Object body) throws JsonProcessingException {
        return MAPPER.writeValueAsString(body);
    }
}
