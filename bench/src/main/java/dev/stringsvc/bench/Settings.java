package dev.stringsvc.bench;

import java.util.List;

/// How long all takes.
///
/// @param rounds in each of which every program has its turn
/// @param seconds that a turn of the standard cell takes
/// @param cellRounds the same for the other cells
/// @param cellSeconds the same for the other cells
/// @param warmSeconds the longest that a program is warmed
/// @param startUps how often each program is started to see how long that takes
/// @param updates how many changes of the catalogue are measured
/// @param requests that each program has answered at least when its memory is read
/// @param rate in requests/s, where latency is measured; 0 takes half of what the slowest program does
/// @param javaOptions of both programs that run on Java
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

    /// What the table is made with.
    static Settings full(int rounds, int seconds, int rate, List<String> javaOptions) {
        return new Settings(rounds, seconds, 3, 5, 90, 5, 100, 1_000_000, rate, javaOptions);
    }

    /// Whether everything works, and nothing else: nothing is warm.
    static Settings quick(int rate, List<String> javaOptions) {
        return new Settings(1, QUICK_SECONDS, 1, QUICK_SECONDS, WARM_WINDOW_SECONDS, 1, 5, 0, rate, javaOptions);
    }
}
