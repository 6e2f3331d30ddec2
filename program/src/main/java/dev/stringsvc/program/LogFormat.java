package dev.stringsvc.program;

import java.time.Instant;

/// How log lines are written.
public enum LogFormat {
    /// `ts=… level=info msg="watching again"`.
    LOGFMT,
    /// `{"ts":"…","level":"info","msg":"watching again"}`, one object a line.
    JSON;

    /// A line that begins with `ts`: the given instant in UTC, with three decimals.
    public LogLine at(Instant instant) {
        return line().word("ts", LogLine.TIMESTAMP.format(instant));
    }

    /// An empty line.
    LogLine line() {
        return switch (this) {
            case LOGFMT -> new Logfmt();
            case JSON -> new JsonLine();
        };
    }
}
