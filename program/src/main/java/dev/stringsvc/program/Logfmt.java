package dev.stringsvc.program;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One line in logfmt, such as `ts=2026-01-02T03:04:05.678Z method=uppercase input="a b" took=629ns`.
///
/// Values are quoted, escaped and cut so that none can end its line or forge another. Keys are written
/// unchanged, so they must not come from input. Not thread-safe.
public final class Logfmt {
    /// Longer values are cut to this number of characters.
    public static final int MAX_VALUE = 256;

    private static final int MAX_STACK = 4_096;
    private static final int MAX_FRAMES = 24;
    private static final DateTimeFormatter TIMESTAMP =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder line = new StringBuilder(320);

    private Logfmt() {}

    /// An empty line.
    public static Logfmt line() {
        return new Logfmt();
    }

    /// A line that begins with `ts`: the given instant in UTC, with three decimals.
    public static Logfmt at(Instant instant) {
        return new Logfmt().raw("ts", TIMESTAMP.format(instant));
    }

    /// Adds a value; `null` is written as the word `null`. A value that is empty or holds a space,
    /// quote, equals sign or backslash is quoted, and special characters in it are escaped. A value
    /// longer than [#MAX_VALUE] characters is cut and ends in `…`.
    public Logfmt field(String key, @Nullable Object value) {
        return switch (value) {
            case null -> raw(key, "null");
            case Duration duration -> raw(key, GoDuration.format(duration));
            default -> text(key, value.toString(), MAX_VALUE);
        };
    }

    /// Adds a whole number.
    public Logfmt field(String key, long value) {
        key(key).append(value);
        return this;
    }

    /// Adds an exception with its causes and stacks, all on the same line, cut at 4,096 characters.
    public Logfmt stack(String key, Throwable thrown) {
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

    private Logfmt raw(String key, String value) {
        key(key).append(value);
        return this;
    }

    private Logfmt text(String key, String value, int most) {
        boolean cut = value.length() > most;
        int end = cut ? most : value.length();
        if (cut && Character.isHighSurrogate(value.charAt(end - 1))) {
            end--;
        }
        key(key);
        if (isPlain(value, end)) {
            line.append(value, 0, end);
            if (cut) {
                line.append('…');
            }
            return this;
        }
        line.append('"');
        for (int i = 0; i < end; i++) {
            escape(value.charAt(i));
        }
        if (cut) {
            line.append('…');
        }
        line.append('"');
        return this;
    }

    private StringBuilder key(String key) {
        if (!line.isEmpty()) {
            line.append(' ');
        }
        return line.append(key).append('=');
    }

    private static boolean isPlain(String value, int end) {
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == '"' || c == '=' || c == '\\' || isUnprintable(c)) {
                return false;
            }
        }
        return end > 0;
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
    public String toString() {
        return line.toString();
    }
}
