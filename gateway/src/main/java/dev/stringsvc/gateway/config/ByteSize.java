package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes: `65536`, `64KiB`, `10MiB`, `1GiB`, `unlimited`.
public record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}) ?(B|KiB|MiB|GiB)?");
    private static final String EXPECTED = "expected a size such as 65536, 64KiB, 10MiB or unlimited";

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException(EXPECTED);
        }
    }

    /// @throws IllegalArgumentException when the text has another form
    public static ByteSize parse(String text) {
        if (text.equals("unlimited")) {
            return new ByteSize(Long.MAX_VALUE);
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        long number = Long.parseLong(form.group(1));
        return new ByteSize(
                switch (form.group(2)) {
                    case "KiB" -> number << 10;
                    case "MiB" -> number << 20;
                    case "GiB" -> number << 30;
                    case null, default -> number;
                });
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ByteSize read(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong()
                ? new ByteSize(value.longValue())
                : parse(value.isTextual() ? value.textValue() : "");
    }
}
