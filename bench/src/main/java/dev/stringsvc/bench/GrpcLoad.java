package dev.stringsvc.bench;

import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Unary gRPC calls, sent by h2load.
///
/// @param dir for the files of h2load
record GrpcLoad(String h2load, Path dir) implements LoadTool {
    /// Calls at a time on each connection.
    private static final int STREAMS = 8;
    static final int CONNECTIONS = 8;
    /// Calls at a time on all connections.
    static final int AT_A_TIME = CONNECTIONS * STREAMS;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern FINISHED = Pattern.compile("finished in ([0-9.]+)s,.*");
    private static final Pattern CALLS =
            Pattern.compile("requests: \\d+ total, \\d+ started, (\\d+) done, (\\d+) succeeded, .*");
    private static final Pattern HEADS = Pattern.compile("status codes: (\\d+) 2xx, 0 3xx, 0 4xx, 0 5xx");
    private static final Pattern TRAFFIC = Pattern.compile("traffic: .* \\((\\d+)\\) data");

    /// Sends the next call as soon as one is answered. Fails if a call failed: h2load sees statuses of
    /// HTTP only, but an answer of gRPC that is an error has no message, so the number of bytes shows it.
    @Override
    public Load load(Cell cell, int port, int seconds, int rate) {
        if (rate != 0) {
            throw new IllegalArgumentException("calls are sent at full load only");
        }
        try {
            Path message = Files.write(dir.resolve("message"), GrpcBackends.message());
            Path log = dir.resolve("h2load");
            Files.deleteIfExists(log);
            AppProcess process = Programs.start(
                    List.of(
                            h2load,
                            "--threads=1",
                            "--clients=" + cell.connections(),
                            "--max-concurrent-streams=" + STREAMS,
                            "--duration=" + seconds,
                            "--data=" + message,
                            "--header=content-type: application/grpc",
                            "--header=te: trailers",
                            "--log-file=" + log,
                            "http://127.0.0.1:" + port + cell.path()),
                    Map.of());
            try {
                process.awaitExit(Duration.ofSeconds(seconds).plus(PATIENCE));
                return parse(process.lines(), log);
            } finally {
                Programs.stop(process);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Load parse(List<String> lines, Path log) throws IOException {
        double seconds = Double.parseDouble(find(FINISHED, lines).group(1));
        MatchResult calls = find(CALLS, lines);
        long done = Long.parseLong(calls.group(1));
        // the end of the turn cuts off calls, of which some have got a part of their answer
        long heads = Long.parseLong(find(HEADS, lines).group(1));
        long bytes = Long.parseLong(find(TRAFFIC, lines).group(1));
        long length = GrpcBackends.message().length;
        if (done == 0 || done != Long.parseLong(calls.group(2)) || bytes < done * length || bytes > heads * length) {
            throw new IllegalStateException("calls failed: " + String.join("\n", lines));
        }
        long[] micros;
        try (Stream<String> all = Files.lines(log)) {
            micros = all.mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf('\t') + 1)))
                    .sorted()
                    .toArray();
        }
        return new Load(done, seconds, 0, 0, at(micros, 0.5), at(micros, 0.99), at(micros, 0.999));
    }

    private static long at(long[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))];
    }

    private static MatchResult find(Pattern pattern, List<String> lines) {
        return lines.stream()
                .map(pattern::matcher)
                .filter(matcher -> matcher.matches())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("h2load printed: " + String.join("\n", lines)));
    }
}
