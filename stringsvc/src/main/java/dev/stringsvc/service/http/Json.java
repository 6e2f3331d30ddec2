package dev.stringsvc.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.javalin.http.Context;

/// Writes records as JSON.
final class Json {
    static final String CONTENT_TYPE = "application/json";

    private static final ObjectWriter WRITER =
            new ObjectMapper().writer().with(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);

    private Json() {}

    static byte[] bytes(Record value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass().getSimpleName() + " as JSON", e);
        }
    }

    static void answer(Context ctx, String contentType, Record value) {
        byte[] bytes = bytes(value);
        ctx.contentType(contentType);
        ctx.res().setContentLength(bytes.length);
        ctx.result(bytes);
    }
}
