package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.stringsvc.program.GoDuration;
import java.io.IOException;
import java.time.Duration;

/// Reads durations in the form of [GoDuration], a day at most.
final class Durations extends StdDeserializer<Duration> {
    private static final long serialVersionUID = 1;
    private static final Duration LONGEST = Duration.ofHours(24);

    Durations() {
        super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING && !parser.getText().equals("0")) {
            throw context.weirdStringException(parser.getText(), Duration.class, "");
        }
        Duration duration;
        try {
            duration = GoDuration.parse(parser.getText());
        } catch (IllegalArgumentException e) {
            throw context.weirdStringException(parser.getText(), Duration.class, "");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw context.instantiationException(
                    Duration.class,
                    new IllegalArgumentException("expected at most 24h, got \"" + parser.getText() + '"'));
        }
        return duration;
    }
}
