package dev.stringsvc.bench;

import java.util.List;

/// How long and how often to measure.
///
/// @param rounds of the standard cell; in each one every program has one turn
/// @param seconds the length of a turn of the standard cell
/// @param cellRounds the rounds of each other cell
/// @param cellSeconds the length of a turn of the other cells
/// @param warmSeconds the longest warm-up of a program
/// @param startUps how often each program is started to measure its start
/// @param updates how many changes of the catalog are measured
/// @param requests the least number of answered requests before a program's memory is read
/// @param rate the rate at which latency is measured, in requests/s; 0 for half of the slowest
/// program's rate
/// @param javaOptions the JVM options of both Java programs
record Settings(
        int rounds,
        int seconds,
        int cellRounds,
        int cellSeconds,
        int warmSeconds,
        int startUps,
        int updates,
        long requests,
        int rate,
        List<String> javaOptions) {
    static final int WARM_WINDOW_SECONDS = 5;
    static final int QUICK_SECONDS = 3;

    Settings {
        javaOptions = List.copyOf(javaOptions);
    }

    /// The settings for published tables.
    static Settings full(int rounds, int seconds, int rate, List<String> javaOptions) {
        return new Settings(rounds, seconds, 3, 5, 90, 5, 100, 1_000_000, rate, javaOptions);
    }

    /// Settings that only show that everything works. Nothing is warm, so the figures mean nothing.
    static Settings quick(int rate, List<String> javaOptions) {
        return new Settings(1, QUICK_SECONDS, 1, QUICK_SECONDS, WARM_WINDOW_SECONDS, 1, 5, 0, rate, javaOptions);
    }
}
