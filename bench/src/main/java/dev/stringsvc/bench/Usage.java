package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/// The CPU time and memory of a process and its children, as Linux reports them.
///
/// @param cpu user and system time since their start, in steps of 10 ms
/// @param residentBytes physical memory (`Pss`): each process counts its part of shared memory
record Usage(Duration cpu, long residentBytes) {
    /// The unit of times in `/proc`, the same on every Linux.
    private static final Duration TICK = Duration.ofMillis(10);
    /// Positions among the fields after the program's name in parentheses.
    private static final int UTIME = 11;

    private static final int STIME = 12;

    static Usage of(long pid) {
        long ticks = 0;
        long kibibytes = 0;
        for (long each : family(pid)) {
            ticks += ticks(each);
            kibibytes += residentKibibytes(each);
        }
        return new Usage(TICK.multipliedBy(ticks), kibibytes << 10);
    }

    private static List<Long> family(long pid) {
        LongStream children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToLong(ProcessHandle::pid);
        return LongStream.concat(LongStream.of(pid), children).boxed().toList();
    }

    private static long ticks(long pid) {
        String stat = String.join(" ", lines(pid, "stat"));
        List<String> fields =
                List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1));
        return fields.size() > STIME ? Long.parseLong(fields.get(UTIME)) + Long.parseLong(fields.get(STIME)) : 0;
    }

    private static long residentKibibytes(long pid) {
        return lines(pid, "smaps_rollup").stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /// The lines of a file in `/proc`. Empty if the process has ended.
    private static List<String> lines(long pid, String file) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException ended) {
            return List.of();
        }
    }
}
