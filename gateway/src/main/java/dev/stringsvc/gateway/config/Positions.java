package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where in a file each key stands. Keys are JSON pointers: `/routes/1/path`.
record Positions(Map<String, ConfigError.Position> byPointer) {
    static final Positions NONE = new Positions(Map.of());

    /// The position of a key, or of the nearest parent that the file has; empty where it has none of them.
    Optional<ConfigError.Position> near(String pointer) {
        for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/'))) {
            ConfigError.@Nullable Position position = byPointer.get(at);
            if (position != null) {
                return Optional.of(position);
            }
        }
        return Optional.empty();
    }

    /// Notes the position of each key that passes by, and refuses what YAML allows and a configuration
    /// may not have.
    static final class Recorder extends JsonParserDelegate {
        private final Map<String, ConfigError.Position> byPointer = new HashMap<>();
        private boolean ended;

        Recorder(YAMLParser parser) {
            super(parser);
        }

        Positions positions() {
            return new Positions(byPointer);
        }

        @Override
        public @Nullable JsonToken nextToken() throws IOException {
            @Nullable JsonToken token = super.nextToken();
            if (token == null) {
                return null;
            }
            JsonLocation location = currentTokenLocation();
            if (delegate instanceof YAMLParser events && events.isCurrentAlias()) {
                throw new Refused("YAML aliases are not supported; write the value out", location);
            }
            if (ended) {
                throw new Refused("a second YAML document begins; expected one in a file", location);
            }
            byPointer.putIfAbsent(
                    getParsingContext().pathAsPointer().toString(),
                    new ConfigError.Position(location.getLineNr(), location.getColumnNr()));
            ended = getParsingContext().inRoot();
            return token;
        }
    }

    /// What a configuration may not have.
    private static final class Refused extends JsonProcessingException {
        private static final long serialVersionUID = 1;

        Refused(String message, JsonLocation location) {
            super(message, location);
        }
    }
}
