package dev.stringsvc.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// All results of one program in the standard cell. Each figure is the median of the rounds.
///
/// @param full turns under full load
/// @param atRate turns at a lower, fixed rate
/// @param startUps from its start to its first proxied answer
/// @param residentBytes its resident memory at the end
record Figures(String program, List<Sample> full, List<Sample> atRate, List<Duration> startUps, long residentBytes) {
    double requestsPerSecond() {
        return median(full, sample -> sample.load().requestsPerSecond());
    }

    /// In ms, like the two others.
    double p50() {
        return median(atRate, sample -> sample.load().p50() / 1e3);
    }

    double p99() {
        return median(atRate, sample -> sample.load().p99() / 1e3);
    }

    double p999() {
        return median(atRate, sample -> sample.load().p999() / 1e3);
    }

    /// In µs, under full load.
    double cpuAtFull() {
        return median(full, Sample::cpuPerRequest);
    }

    /// In µs, at the rate.
    double cpuAtRate() {
        return median(atRate, Sample::cpuPerRequest);
    }

    double residentMebibytes() {
        return residentBytes / (double) (1 << 20);
    }

    /// In seconds.
    double startUp() {
        return median(startUps, duration -> duration.toNanos() / 1e9);
    }

    long errors() {
        return errors(full) + errors(atRate);
    }

    static long errors(List<Sample> samples) {
        return samples.stream().mapToLong(sample -> sample.load().errors()).sum();
    }

    static <T> double median(List<T> all, ToDoubleFunction<T> figure) {
        double[] sorted = all.stream().mapToDouble(figure).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
