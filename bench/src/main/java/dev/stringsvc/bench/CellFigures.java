package dev.stringsvc.bench;

import java.util.List;
import java.util.Map;

/// The results of a cell other than the standard one.
///
/// @param samples by program name
record CellFigures(String cell, Map<String, List<Sample>> samples) {
    double requestsPerSecond(String program) {
        return Figures.median(of(program), sample -> sample.load().requestsPerSecond());
    }

    /// The median CPU time per request, in µs.
    double cpuPerRequest(String program) {
        return Figures.median(of(program), Sample::cpuPerRequest);
    }

    long errors(String program) {
        return Figures.errors(of(program));
    }

    private List<Sample> of(String program) {
        return samples.getOrDefault(program, List.of());
    }
}
