package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;

/// How the admin port writes JSON.
final class Json {
    static final ObjectMapper MAPPER = new JsonMapper();

    private Json() {}

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
