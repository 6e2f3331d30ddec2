package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads durations as people write them: `250ms`, `3s`, `1.5s`, `1m`, `0`; a day at most.
public final class Durations extends StdDeserializer<Duration> {
    private static final long serialVersionUID = 1;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h)");
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
            duration = parse(parser.getText());
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

    /// @throws IllegalArgumentException when the text has another form
    public static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (!form.matches()) {
            throw new IllegalArgumentException("expected a duration such as 250ms, 3s or 1m");
        }
        double number = Double.parseDouble(form.group(1));
        long millis = switch (form.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        return Duration.ofMillis(Math.round(number * millis));
    }
}
