package dev.stringsvc.program;

import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One line of the log, field by field.
///
/// Values are escaped and cut so that none can end its line or forge another. Keys are written
/// unchanged, so they must not come from input. Not thread-safe.
public abstract sealed class LogLine permits Logfmt, JsonLine {
    /// Longer values are cut to this number of characters.
    public static final int MAX_VALUE = 256;

    static final DateTimeFormatter TIMESTAMP =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private static final int MAX_STACK = 4_096;
    private static final int MAX_FRAMES = 24;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    final StringBuilder line = new StringBuilder(320);

    LogLine() {}

    /// Adds a value. A duration is written in Go's form: `54.202ms`. A value longer than [#MAX_VALUE]
    /// characters is cut and ends in `…`.
    public LogLine field(String key, @Nullable Object value) {
        return switch (value) {
            case null -> missing(key);
            case Duration duration -> word(key, GoDuration.format(duration));
            default -> text(key, value.toString(), MAX_VALUE);
        };
    }

    /// Adds a whole number.
    public abstract LogLine field(String key, long value);

    /// Adds an exception with its causes and stacks, all on the same line, cut at 4,096 characters.
    public LogLine stack(String key, Throwable thrown) {
        var text = new StringBuilder(1_024);
        for (@Nullable Throwable e = thrown; e != null && text.length() < MAX_STACK; e = e.getCause()) {
            text.append(text.isEmpty() ? "" : ", caused by ").append(e);
            StackTraceElement[] frames = e.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
                text.append(i == 0 ? " at " : " < ").append(frames[i]);
            }
        }
        return text(key, text.toString(), MAX_STACK);
    }

    /// Adds `null`.
    abstract LogLine missing(String key);

    /// Adds a value that needs no escaping in any format.
    abstract LogLine word(String key, String value);

    /// Adds any value, cut to `most` characters.
    abstract LogLine text(String key, String value, int most);

    /// Where a value ends that is cut to `most` characters: not between the halves of a character.
    static int end(String value, int most) {
        if (value.length() <= most) {
            return value.length();
        }
        return Character.isHighSurrogate(value.charAt(most - 1)) ? most - 1 : most;
    }

    /// Appends the value in quotes, as JSON and logfmt escape it, and `…` if it is cut.
    final void quoted(String value, int end) {
        line.append('"');
        for (int i = 0; i < end; i++) {
            escape(value.charAt(i));
        }
        if (end < value.length()) {
            line.append('…');
        }
        line.append('"');
    }

    private void escape(char c) {
        switch (c) {
            case '"' -> line.append("\\\"");
            case '\\' -> line.append("\\\\");
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (isUnprintable(c)) {
                    line.append("\\u")
                            .append(HEX[c >> 12])
                            .append(HEX[c >> 8 & 15])
                            .append(HEX[c >> 4 & 15])
                            .append(HEX[c & 15]);
                } else {
                    line.append(c);
                }
            }
        }
    }

    /// Control characters, line and paragraph separators, and invisible formatting such as marks that
    /// change the direction of text. Each could make a terminal or viewer show something else than what
    /// was written.
    static boolean isUnprintable(char c) {
        if (c >= ' ' && c < 0x7f) {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /// The line so far, without a line end.
    @Override
    public abstract String toString();
}
