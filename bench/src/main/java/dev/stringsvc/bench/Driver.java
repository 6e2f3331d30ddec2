package dev.stringsvc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Loads the programs in turn.
final class Driver {
    private static final int STEADY_WINDOWS = 2;
    private static final double STEADY_CHANGE = 0.03;

    private final LoadTool tool;

    Driver(LoadTool tool) {
        this.tool = tool;
    }

    /// Warms the program up: at least for half of the given time, then until the CPU time of a request
    /// differs by less than 3 % from one window to the next, twice in a row, or the time is over.
    void warm(Proxy proxy, Cell cell, int mostSeconds) {
        int steady = 0;
        double before = 0;
        double now = 0;
        int spent = 0;
        while (spent < mostSeconds && (spent < mostSeconds / 2 || steady < STEADY_WINDOWS)) {
            now = turn(proxy, cell, Settings.WARM_WINDOW_SECONDS, 0).cpuPerRequest();
            steady = Math.abs(now - before) < STEADY_CHANGE * before ? steady + 1 : 0;
            before = now;
            spent += Settings.WARM_WINDOW_SECONDS;
        }
        Progress.say("%s: %s after %d s, %.1f µs/request"
                .formatted(proxy.peer().name(), steady < STEADY_WINDOWS ? "not steady" : "steady", spent, now));
    }

    /// Runs rounds. In each one every program has one turn.
    ///
    /// @param rate in requests/s; 0 for as many as possible
    /// @return the samples by program name
    Map<String, List<Sample>> rounds(List<Proxy> proxies, Cell cell, int rounds, int seconds, int rate) {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Proxy proxy : proxies) {
                Sample sample = turn(proxy, cell, seconds, rate);
                samples.computeIfAbsent(proxy.peer().name(), name -> new ArrayList<>())
                        .add(sample);
                Progress.say(
                        "%s, round %d of %d, %s%s: %.0f requests/s, %.1f µs/request, p99 %d µs, %d refused, %d broken"
                                .formatted(
                                        cell.name(),
                                        round,
                                        rounds,
                                        proxy.peer().name(),
                                        rate == 0 ? "" : " at " + rate + "/s",
                                        sample.load().requestsPerSecond(),
                                        sample.cpuPerRequest(),
                                        sample.load().p99(),
                                        sample.load().refused(),
                                        sample.load().broken()));
            }
        }
        return samples;
    }

    /// Loads each program until it has answered this number of requests since its start.
    void until(List<Proxy> proxies, Cell cell, long requests) {
        for (Proxy proxy : proxies) {
            long before = -1;
            while (proxy.answered() < requests && proxy.answered() > before) {
                before = proxy.answered();
                turn(proxy, cell, Settings.WARM_WINDOW_SECONDS, 0);
            }
            Progress.say("%s: %,d requests, %d MiB"
                    .formatted(
                            proxy.peer().name(), proxy.answered(), proxy.usage().residentBytes() >> 20));
        }
    }

    private Sample turn(Proxy proxy, Cell cell, int seconds, int rate) {
        proxy.emptyLog();
        Duration before = proxy.usage().cpu();
        Load load = tool.load(cell, proxy.port(), seconds, rate);
        proxy.answered(load.requests());
        return new Sample(load, proxy.usage().cpu().minus(before));
    }
}
