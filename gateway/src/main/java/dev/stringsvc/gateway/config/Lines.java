package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which line of a file each key stands on. Keys are JSON pointers: `/routes/1/path`.
record Lines(Map<String, Integer> byPointer) {
    static final Lines NONE = new Lines(Map.of());

    static Lines of(String text, ObjectMapper yaml) throws IOException {
        Map<String, Integer> lines = new HashMap<>();
        try (JsonParser parser = yaml.createParser(text)) {
            for (@Nullable JsonToken token; (token = parser.nextToken()) != null; ) {
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                lines.putIfAbsent(pointer, parser.currentTokenLocation().getLineNr());
            }
        }
        return new Lines(lines);
    }

    /// The line of a key, or of the nearest parent that the file has; `null` where it has none of them.
    @Nullable
    Integer near(String pointer) {
        for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/'))) {
            @Nullable Integer line = byPointer.get(at);
            if (line != null) {
                return line;
            }
        }
        return null;
    }
}
