package dev.stringsvc.bench;

import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Measures the cost of a large catalog for the gateway. All services have routes from their tags, and
/// the gateway watches each one.
final class DiscoveryRun {
    private static final int SERVICES = 1_000;
    private static final int INSTANCES_EACH = 10;
    private static final int ADDED = 1_000;
    private static final int ADDED_TOO = 2_000;
    private static final int UPDATES_PER_SECOND = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /// In this time each watch sends one query: without news Consul holds it for 30 s, and up to 2 s
    /// longer. Measurements over a whole round include the same share of these queries.
    private static final Duration ROUND = Duration.ofSeconds(32);

    private static final String NEWCOMER = "NEWCOMER";
    private static final String CONFIG = """
            consul:
              routes: true
            routes: []
            """;

    private final Settings settings;
    private final int port = Ports.free();
    private final Path log;
    private final AppProcess gateway;
    private final Catalogue catalogue;
    private final long began;

    private DiscoveryRun(Settings settings, Path dir, List<Integer> instances, Catalogue catalogue) throws IOException {
        this.settings = settings;
        this.catalogue = catalogue;
        log = dir.resolve("gateway.log");
        Files.deleteIfExists(log);
        var site = new Peer.Site(dir, log, port, instances, catalogue.address());
        List<String> command = new OurGateway(settings.javaOptions()).command(site, CONFIG, 0);
        began = System.nanoTime();
        gateway = Programs.start(log, command);
    }

    static DiscoveryFigures run(Settings settings, Path dir, String nginx) throws IOException {
        Files.createDirectories(dir);
        HttpServer newcomer = newcomer();
        try (Backends backends = Backends.start(INSTANCES_EACH, dir, nginx);
                var catalogue = new Catalogue(SERVICES, backends.ports())) {
            Progress.say("discovery: %d instances are registered".formatted(SERVICES * INSTANCES_EACH));
            var run = new DiscoveryRun(settings, dir, backends.ports(), catalogue);
            try {
                return run.measure(newcomer.getAddress().getPort());
            } finally {
                Programs.stop(run.gateway);
            }
        } finally {
            newcomer.stop(0);
        }
    }

    /// An instance whose answers differ from those of the others.
    private static HttpServer newcomer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] answer = NEWCOMER.getBytes(StandardCharsets.US_ASCII);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return server;
    }

    private DiscoveryFigures measure(int newcomer) throws IOException {
        awaitJoined();
        Duration ready = Duration.ofNanos(System.nanoTime() - began);
        Duration readyCpu = cpu();
        Progress.say("discovery: all instances known after %d ms".formatted(ready.toMillis()));
        Probe.await(port, Catalogue.path(SERVICES - 1), "FOO");
        Probe.pause(ROUND);
        Duration idle = idleCpu();
        Duration update = updateCpu(newcomer, idle);
        Progress.say("discovery: %d µs of CPU an update".formatted(update.toNanos() / 1_000));
        List<Duration> routed = new ArrayList<>();
        for (int service = 0; service < settings.updates(); service++) {
            routed.add(routed(service, newcomer));
        }
        return new DiscoveryFigures(
                SERVICES,
                SERVICES * INSTANCES_EACH,
                ready,
                readyCpu,
                idle,
                update,
                routed,
                Usage.of(gateway.pid()).residentBytes());
    }

    /// Waits until the gateway has logged that each instance joined. Polling its admin port would cause
    /// work that is measured.
    private void awaitJoined() throws IOException {
        long deadline = began + PATIENCE.toNanos();
        while (joined() < SERVICES * INSTANCES_EACH) {
            if (System.nanoTime() > deadline || !gateway.isAlive()) {
                throw new IllegalStateException("the gateway knows %d instances; see %s".formatted(joined(), log));
            }
            Probe.pause(Duration.ofMillis(100));
        }
    }

    private long joined() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" joined at ")).count();
        }
    }

    private Duration cpu() {
        return Usage.of(gateway.pid()).cpu();
    }

    /// The CPU time in one second without changes.
    private Duration idleCpu() {
        Duration before = cpu();
        Probe.pause(ROUND);
        return cpu().minus(before).dividedBy(ROUND.toSeconds());
    }

    /// The CPU time for one changed service, while ten services change each second.
    private Duration updateCpu(int newcomer, Duration idle) {
        Duration before = cpu();
        long start = System.nanoTime();
        for (int service = 0; service < settings.updates(); service++) {
            catalogue.add(service, ADDED, newcomer);
            Probe.pause(Duration.ofMillis(1_000 / UPDATES_PER_SECOND));
        }
        Probe.pause(ROUND.minusNanos(System.nanoTime() - start));
        double seconds = (System.nanoTime() - start) / 1e9;
        Duration all = cpu().minus(before);
        Duration meanwhile = Duration.ofNanos((long) (idle.toNanos() * seconds));
        return all.minus(meanwhile).dividedBy(settings.updates());
    }

    /// The time from an instance's registration to its first answer. Round robin reaches it within as
    /// many requests as there are instances, each of 1 ms or less.
    private Duration routed(int service, int newcomer) {
        int other = SERVICES - 1 - service;
        catalogue.add(other, ADDED_TOO, newcomer);
        long registered = System.nanoTime();
        long deadline = registered + PATIENCE.toNanos();
        while (!Probe.post(port, Catalogue.path(other)).contains(NEWCOMER)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("service " + other + " never answered from its new instance");
            }
        }
        return Duration.ofNanos(System.nanoTime() - registered);
    }
}
