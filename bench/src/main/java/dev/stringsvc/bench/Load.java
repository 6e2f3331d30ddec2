package dev.stringsvc.bench;

import dev.stringsvc.testkit.AppProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The result of one run of wrk, or of h2load.
///
/// @param requests number of requests that were answered as expected
/// @param seconds how long the run took
/// @param refused answers of 400 and above
/// @param broken connections that broke, and answers that took longer than 2 s
/// @param p50 latency in µs, like `p99` and `p999`
record Load(long requests, double seconds, long refused, long broken, long p50, long p99, long p999) {
    private static final String SCRIPT = "bench/wrk.lua";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    double requestsPerSecond() {
        return requests / seconds;
    }

    long errors() {
        return refused + broken;
    }

    /// Sends requests with wrk.
    ///
    /// @param rate in requests/s; 0 to send the next request on each connection as soon as the last one is
    /// answered
    static Load wrk(String wrk, Cell cell, int port, int seconds, int rate) {
        var command = List.of(
                wrk,
                "--threads=1",
                "--connections=" + cell.connections(),
                "--duration=" + seconds + "s",
                "--script=" + SCRIPT,
                "http://127.0.0.1:" + port + cell.path());
        var env = Map.of(
                "METHOD", cell.method(),
                "BODY", cell.body(),
                "BODY_TIMES", Integer.toString(cell.bodyTimes()),
                "RATE", rate == 0 ? "" : Integer.toString(rate));
        AppProcess process = Programs.start(command, env);
        try {
            return parse(process.awaitLine(
                    line -> line.startsWith("bench "),
                    Duration.ofSeconds(seconds).plus(PATIENCE)));
        } finally {
            Programs.stop(process);
        }
    }

    private static Load parse(String line) {
        long[] figures = List.of(line.split(" ", -1)).stream()
                .skip(1)
                .mapToLong(Long::parseLong)
                .toArray();
        return new Load(
                figures[0] - figures[2], figures[1] / 1e6, figures[2], figures[3], figures[4], figures[5], figures[6]);
    }
}
