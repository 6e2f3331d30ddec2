package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.function.Function;

/// Reads a value that is written as one text, by a function that throws [IllegalArgumentException] for another form.
final class TextReader<T> extends StdDeserializer<T> {
    private static final long serialVersionUID = 1;

    private final transient Function<String, T> parse;

    TextReader(Class<T> type, Function<String, T> parse) {
        super(type);
        this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        try {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                return parse.apply(parser.getText());
            }
            T _ = parse.apply(""); // says which text was expected, if not every text is
            throw new IllegalArgumentException("expected a text");
        } catch (IllegalArgumentException e) {
            throw context.instantiationException(handledType(), e);
        }
    }
}
