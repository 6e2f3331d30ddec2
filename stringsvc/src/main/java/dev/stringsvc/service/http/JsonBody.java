package dev.stringsvc.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a request's JSON object, read strictly: anything ambiguous is rejected with a
/// sentence, never guessed.
///
/// The content type is ignored, because `curl -d` sends another one. Unknown fields are ignored.
final class JsonBody {
    /// Without caches for field names: a stranger's names would fill them.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String EXAMPLE = "a JSON object such as {\"s\":\"foo\"}";

    private final Map<String, Value> fields = new HashMap<>();

    private JsonBody() {}

    /// @throws Rejection if the bytes are not one JSON object in UTF-8
    static JsonBody parse(byte[] bytes) {
        String text = decode(bytes);
        try (JsonParser parser = JSON.createParser(text)) {
            return read(parser);
        } catch (StreamConstraintsException e) {
            throw bad("The JSON is nested too deeply, or a name or number in it is too long.");
        } catch (IOException e) {
            throw bad("The request body is not valid JSON; send " + EXAMPLE + ".");
        }
    }

    /// The field's text.
    ///
    /// @throws Rejection if the field is missing or not a string
    String string(String name) {
        return text(name, field(name));
    }

    /// The field's text, or null if the field is missing.
    ///
    /// @throws Rejection if the field is there and not a string
    @Nullable
    String optionalString(String name) {
        @Nullable Value value = fields.get(name);
        return value == null || value.kind == JsonToken.VALUE_NULL ? null : text(name, value);
    }

    private Value field(String name) {
        @Nullable Value value = fields.get(name);
        if (value == null) {
            throw bad("The field \"" + name + "\" is missing.");
        }
        return value;
    }

    private static String text(String name, Value value) {
        @Nullable String text = value.text;
        if (text == null) {
            throw bad("The field \"" + name + "\" must be a string, not " + kind(value.kind) + ".");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw bad("The field \"" + name + "\" contains half of a surrogate pair, which is not a character.");
        }
        return text;
    }

    private static JsonBody read(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw bad("The request body is empty; send " + EXAMPLE + ".");
        }
        if (first != JsonToken.START_OBJECT) {
            throw bad("The request body is " + kind(first) + "; send " + EXAMPLE + ".");
        }
        var body = new JsonBody();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken kind = parser.nextToken();
            @Nullable String text = kind == JsonToken.VALUE_STRING ? parser.getText() : null;
            if (body.fields.put(name, new Value(kind, text)) != null) {
                throw bad("The request body has a field twice.");
            }
            parser.skipChildren();
        }
        if (parser.nextToken() != null) {
            throw bad("The request body has more text after its JSON object.");
        }
        return body;
    }

    private static String decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw bad("The request body is not valid UTF-8.");
        }
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_STRING -> "a string";
            case START_ARRAY -> "an array";
            default -> "an object";
        };
    }

    private static Rejection bad(String sentence) {
        return new Rejection(400, sentence);
    }

    private record Value(JsonToken kind, @Nullable String text) {}
}
