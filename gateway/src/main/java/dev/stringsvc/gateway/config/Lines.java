package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which line of a file each key stands on. Keys are JSON pointers: `/routes/1/path`.
record Lines(Map<String, Integer> byPointer) {
    static final Lines NONE = new Lines(Map.of());

    /// @throws Refused when there is something in the file that YAML allows and a configuration may not have
    static Lines of(String text, YAMLMapper yaml) throws IOException, Refused {
        Map<String, Integer> lines = new HashMap<>();
        boolean ended = false;
        try (JsonParser parser = yaml.createParser(text)) {
            for (@Nullable JsonToken token; (token = parser.nextToken()) != null; ) {
                int line = parser.currentTokenLocation().getLineNr();
                if (parser instanceof YAMLParser events && events.isCurrentAlias()) {
                    throw new Refused(line, "YAML aliases are not supported; write the value out");
                }
                if (ended) {
                    throw new Refused(line, "a second YAML document begins; expected one in a file");
                }
                String pointer = parser.getParsingContext().pathAsPointer().toString();
                lines.putIfAbsent(pointer, line);
                ended = parser.getParsingContext().inRoot();
            }
        }
        return new Lines(lines);
    }

    /// What a configuration may not have, and where.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        final int line;

        Refused(int line, String message) {
            super(message);
            this.line = line;
        }
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
