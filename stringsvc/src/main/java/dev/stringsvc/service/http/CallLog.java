package dev.stringsvc.service.http;

import dev.stringsvc.program.LogWriter;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Writes one line per call: `ts=… listen=:8002 caller=StringApi.uppercase method=uppercase input=foo
/// output=FOO err=null took=629ns`. Thread-safe; never waits for the stream.
final class CallLog {
    private static final int LONGEST_ID = 128;

    private final LogWriter writer;

    CallLog(LogWriter writer) {
        this.writer = writer;
    }

    void write(Call call, int port, Duration took, @Nullable String requestId) {
        var line = writer.line(Instant.now())
                .field("listen", ":" + port)
                .field("caller", call.method().caller())
                .field("method", call.method().label());
        call.fields().forEach(line::field);
        line.field("took", took);
        if (requestId != null && isLoggable(requestId)) {
            line.field("request_id", requestId);
        }
        writer.write(line.toString());
    }

    /// True if the id may be logged: short, and of visible ASCII characters only.
    private static boolean isLoggable(String id) {
        return !id.isEmpty() && id.length() <= LONGEST_ID && id.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
