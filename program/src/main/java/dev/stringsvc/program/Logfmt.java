package dev.stringsvc.program;

/// A line in logfmt, such as `ts=2026-01-02T03:04:05.678Z method=uppercase input="a b" took=629ns`. A
/// value that is empty or holds a space, quote, equals sign or backslash is quoted, and special
/// characters in it are escaped; `null` is the word `null`.
final class Logfmt extends LogLine {
    @Override
    public LogLine field(String key, long value) {
        key(key).append(value);
        return this;
    }

    @Override
    LogLine missing(String key) {
        return word(key, "null");
    }

    @Override
    LogLine word(String key, String value) {
        key(key).append(value);
        return this;
    }

    @Override
    LogLine text(String key, String value, int most) {
        int end = end(value, most);
        key(key);
        if (!isPlain(value, end)) {
            quoted(value, end);
            return this;
        }
        line.append(value, 0, end);
        if (end < value.length()) {
            line.append('…');
        }
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

    @Override
    public String toString() {
        return line.toString();
    }
}
