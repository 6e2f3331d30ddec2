package dev.stringsvc.program;

/// A line in JSON (RFC 8259), such as `{"ts":"2026-01-02T03:04:05.678Z","status":200,"took":"629ns"}`.
final class JsonLine extends LogLine {
    @Override
    public LogLine field(String key, long value) {
        key(key).append(value);
        return this;
    }

    @Override
    LogLine missing(String key) {
        key(key).append("null");
        return this;
    }

    @Override
    LogLine word(String key, String value) {
        key(key).append('"').append(value).append('"');
        return this;
    }

    @Override
    LogLine text(String key, String value, int most) {
        key(key);
        quoted(value, end(value, most));
        return this;
    }

    private StringBuilder key(String key) {
        return line.append(line.isEmpty() ? '{' : ',').append('"').append(key).append("\":");
    }

    @Override
    public String toString() {
        return line.isEmpty() ? "{}" : line + "}";
    }
}
