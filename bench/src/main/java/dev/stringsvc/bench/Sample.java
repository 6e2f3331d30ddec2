package dev.stringsvc.bench;

import java.time.Duration;

/// The result of one turn of one program.
///
/// @param cpu CPU time of the program during the turn
record Sample(Load load, Duration cpu) {
    /// CPU time per request, in µs.
    double cpuPerRequest() {
        return cpu.toNanos() / 1e3 / Math.max(1, load.requests());
    }
}
