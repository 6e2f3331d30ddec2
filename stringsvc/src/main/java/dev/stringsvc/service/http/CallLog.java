package dev.stringsvc.service.http;

import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import java.time.Duration;
import java.time.Instant;

/// Writes one line per call: `ts=… listen=:8002 caller=StringApi.uppercase method=uppercase input=foo
/// output=FOO err=null took=629ns`, and the ids of the call. Thread-safe; never waits for the stream.
final class CallLog {
    private final LogWriter writer;

    CallLog(LogWriter writer) {
        this.writer = writer;
    }

    void write(Call call, int port, Duration took) {
        var line = writer.line(Instant.now())
                .field("listen", ":" + port)
                .field("caller", call.method().caller())
                .field("method", call.method().label());
        call.fields().forEach(line::field);
        line.field("took", took);
        CallIds.current().addTo(line);
        writer.write(line.toString());
    }
}
