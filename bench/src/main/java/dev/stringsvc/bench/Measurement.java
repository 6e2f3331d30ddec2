package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Runs all measurements, in order.
///
/// @param dir for the files of the programs
/// @param peers the programs, the gateway first
record Measurement(Settings settings, Path dir, String nginx, List<Peer> peers, Driver driver) {
    private static final int INSTANCES = 3;
    private static final int MANY_INSTANCES = 100;
    private static final List<String> HALF_OF_SATURATION = List.of(OurGateway.NAME, Nginx.NAME);
    private static final int BRIEFLY_SECONDS = 15;
    /// Rates are rounded, so that a reader can repeat them easily.
    private static final int RATE_STEP = 100;

    void run(Set<Part> parts, Report report) throws IOException {
        List<CellFigures> others = new ArrayList<>();
        if (parts.contains(Part.STANDARD) || parts.contains(Part.CONNECTIONS) || parts.contains(Part.PAYLOADS)) {
            try (Cluster cluster = Cluster.start(dir, INSTANCES, nginx)) {
                Map<String, List<Duration>> startUps = parts.contains(Part.STANDARD) ? startUps(cluster) : Map.of();
                startAndWarm(cluster);
                if (parts.contains(Part.STANDARD)) {
                    standard(cluster, startUps, report);
                }
                if (parts.contains(Part.CONNECTIONS)) {
                    Cell.withConnections().forEach(cell -> others.add(other(cluster, cell)));
                }
                if (parts.contains(Part.PAYLOADS)) {
                    Cell.withPayloads().forEach(cell -> others.add(other(cluster, cell)));
                }
            }
        }
        if (parts.contains(Part.INSTANCES)) {
            try (Cluster cluster = Cluster.start(dir, MANY_INSTANCES, nginx)) {
                startAndWarm(cluster);
                others.add(other(cluster, Cell.withManyInstances()));
            }
        }
        if (!others.isEmpty()) {
            report.cells(others);
        }
        if (parts.contains(Part.DISCOVERY)) {
            report.discovery(DiscoveryRun.run(settings, dir.resolve("discovery"), nginx));
        }
    }

    /// Measures gRPC calls through the gateway and through nginx. Fails if a call failed: h2load reads no
    /// status of gRPC, so the instances must also have counted as many calls as were answered.
    void grpc(Report report) throws IOException {
        Cell cell = Cell.grpc();
        try (Cluster cluster = Cluster.startGrpc(dir, INSTANCES, nginx)) {
            cluster.startAll(peers);
            for (Proxy proxy : cluster.proxies()) {
                int seconds = proxy.peer().compilesWhileItRuns() ? settings.warmSeconds() : briefly();
                driver.warm(proxy, cell, seconds);
            }
            long before = cluster.calls();
            var samples = driver.rounds(cluster.proxies(), cell, settings.rounds(), settings.seconds(), 0);
            long counted = cluster.calls() - before;
            long answered = samples.values().stream()
                    .flatMap(List::stream)
                    .mapToLong(sample -> sample.load().requests())
                    .sum();
            long turns = (long) settings.rounds() * peers.size();
            if (counted < answered || counted > answered + 1 + turns * GrpcLoad.AT_A_TIME) {
                throw new IllegalStateException(
                        "%,d calls were answered, but the instances counted %,d".formatted(answered, counted));
            }
            Progress.say("%,d calls were answered; the instances counted %,d, those that each turn cut off included"
                    .formatted(answered, counted));
            report.grpc(samples);
        }
    }

    private Map<String, List<Duration>> startUps(Cluster cluster) throws IOException {
        Map<String, List<Duration>> startUps = new LinkedHashMap<>();
        for (int i = 0; i < settings.startUps(); i++) {
            for (Peer peer : peers) {
                Duration startUp = cluster.startUp(peer);
                startUps.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(startUp);
                Progress.say("%s: started in %d ms".formatted(peer.name(), startUp.toMillis()));
            }
        }
        return startUps;
    }

    private void startAndWarm(Cluster cluster) throws IOException {
        cluster.startAll(peers);
        for (Proxy proxy : cluster.proxies()) {
            int seconds = proxy.peer().compilesWhileItRuns() ? settings.warmSeconds() : briefly();
            driver.warm(proxy, Cell.standard(), seconds);
        }
    }

    private void standard(Cluster cluster, Map<String, List<Duration>> startUps, Report report) {
        Cell cell = Cell.standard();
        var full = driver.rounds(cluster.proxies(), cell, settings.rounds(), settings.seconds(), 0);
        int rate = settings.rate() > 0 ? settings.rate() : halfOfTheSlowest(full);
        var own = atHalfOfItsOwn(cluster, full);
        var atRate = driver.rounds(cluster.proxies(), cell, settings.rounds(), settings.seconds(), rate);
        driver.until(cluster.proxies(), cell, settings.requests());
        List<Figures> figures = cluster.proxies().stream()
                .map(proxy -> {
                    String name = proxy.peer().name();
                    return new Figures(
                            name,
                            full.getOrDefault(name, List.of()),
                            atRate.getOrDefault(name, List.of()),
                            startUps.getOrDefault(name, List.of()),
                            proxy.usage().residentBytes());
                })
                .toList();
        report.standard(figures, rate);
        report.atHalfOfSaturation(own);
    }

    /// Measures the gateway and nginx at half of the gateway's own saturation rate.
    private Map<String, List<Sample>> atHalfOfItsOwn(Cluster cluster, Map<String, List<Sample>> full) {
        List<Proxy> two = cluster.proxies().stream()
                .filter(proxy -> HALF_OF_SATURATION.contains(proxy.peer().name()))
                .toList();
        int rate = halfOfTheSlowest(Map.of(OurGateway.NAME, full.getOrDefault(OurGateway.NAME, List.of())));
        return driver.rounds(two, Cell.standard(), settings.rounds(), settings.seconds(), rate);
    }

    private static int halfOfTheSlowest(Map<String, List<Sample>> full) {
        double slowest = full.values().stream()
                .mapToDouble(samples ->
                        Figures.median(samples, sample -> sample.load().requestsPerSecond()))
                .min()
                .orElse(0);
        return Math.max(RATE_STEP, (int) (slowest / 2) / RATE_STEP * RATE_STEP);
    }

    /// In seconds: enough for a program whose code is already compiled.
    private int briefly() {
        return Math.min(BRIEFLY_SECONDS, settings.warmSeconds());
    }

    private CellFigures other(Cluster cluster, Cell cell) {
        List<Proxy> proxies = cluster.proxies().stream()
                .filter(proxy -> proxy.peer().takes(cell))
                .toList();
        proxies.forEach(proxy -> driver.warm(proxy, cell, briefly()));
        return new CellFigures(
                cell.name(), driver.rounds(proxies, cell, settings.cellRounds(), settings.cellSeconds(), 0));
    }
}
