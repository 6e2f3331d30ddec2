package dev.stringsvc.bench;

import java.time.Duration;

/// One turn of one program.
///
/// @param cpu what the program took meanwhile
record Sample(Load load, Duration cpu) {
    /// In µs.
    double cpuPerRequest() {
        return cpu.toNanos() / 1e3 / Math.max(1, load.requests());
    }
}
