package dev.stringsvc.tracing;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `traceparent` (W3C Trace Context, section 3.2) without OpenTelemetry.
final class TraceParent {
    static final String FIELD = "traceparent";

    /// Version ff is not valid. Versions after 00 may add fields.
    private static final Pattern VALID = Pattern.compile(
            "(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?<rest>-.*)?");

    private TraceParent() {}

    /// The trace's id. Empty if there is no field, more than one, or a malformed one.
    static Optional<String> traceId(List<String> fields) {
        if (fields.size() != 1) {
            return Optional.empty();
        }
        Matcher valid = VALID.matcher(fields.getFirst().strip());
        if (!valid.matches() || (valid.group(1).equals("00") && valid.group("rest") != null)) {
            return Optional.empty();
        }
        return Optional.of(valid.group(2));
    }
}
