package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line. The working directory must be the repository's root, and all jars must be built.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Loads the gateway and its peers in turn and prints the results as Markdown tables.")
final class Bench implements Callable<Integer> {
    private static final Path DIR = Path.of("bench/target").toAbsolutePath();

    @Option(names = "--all", description = "Measure all parts.")
    private boolean all;

    @Option(
            names = "--grpc",
            description =
                    "Measure only unary gRPC calls through the gateway and through nginx: the same as --parts grpc.")
    private boolean grpc;

    @Option(
            names = "--against",
            paramLabel = "JAR",
            description = "Another build of the gateway, which is measured too (not with other parts than standard and"
                    + " grpc): its gateway.jar, beside its lib and perhaps its gateway.aot.")
    private @Nullable Path against;

    @Option(
            names = "--parts",
            split = ",",
            defaultValue = "standard",
            description = "The parts to measure: standard, connections, payloads, instances, discovery, grpc"
                    + " (default: ${DEFAULT-VALUE}).")
    private Set<Part> parts = EnumSet.noneOf(Part.class);

    @Option(
            names = "--peers",
            split = ",",
            description = "The peers to compare with: spring-cloud-gateway, nginx, haproxy, go-kit, caddy"
                    + " (default: all that are installed).")
    private List<String> chosen = List.of();

    @Option(names = "--quick", description = "Only check that everything works: turns of 3 s, without warm-up.")
    private boolean quick;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds of the standard cell (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "8",
            description = "Seconds of each turn there (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Requests/s while latency is measured; 0: half of the slowest program's rate.")
    private int rate;

    @Option(
            names = "--java-options",
            split = " ",
            defaultValue = "-Xmx512m",
            description = "JVM options of the gateway and of Spring Cloud Gateway (default: ${DEFAULT-VALUE}).")
    private List<String> javaOptions = List.of();

    static void main(String[] args) {
        System.exit(new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Settings settings =
                quick ? Settings.quick(rate, javaOptions) : Settings.full(rounds, seconds, rate, javaOptions);
        Set<Part> wanted = wanted();
        if (wanted.equals(EnumSet.of(Part.GRPC))) {
            chosen = List.of(Nginx.NAME);
        }
        String nginx = Programs.need("nginx");
        List<Peer> peers = peers(nginx);
        var report = new Report(peers);
        report.machine(machine());
        Path run = DIR.resolve("run");
        if (!wanted.equals(EnumSet.of(Part.GRPC))) {
            String wrk = Programs.need("wrk");
            LoadTool tool = (cell, port, turn, each) -> Load.wrk(wrk, cell, port, turn, each);
            new Measurement(settings, run, nginx, peers, new Driver(tool)).run(wanted, report);
        }
        if (wanted.contains(Part.GRPC)) {
            var tool = new GrpcLoad(Programs.need("h2load"), run);
            new Measurement(settings, run, nginx, grpcPeers(peers), new Driver(tool)).grpc(report);
        }
        Files.writeString(DIR.resolve("benchmarks.md"), report.toString());
        System.out.print(report);
        Progress.say("written: bench/target/benchmarks.md");
        return 0;
    }

    private Set<Part> wanted() {
        if (all) {
            return EnumSet.allOf(Part.class);
        }
        return grpc ? EnumSet.of(Part.GRPC) : parts;
    }

    /// Those of the peers that pass gRPC calls in this benchmark.
    private static List<Peer> grpcPeers(List<Peer> peers) {
        return peers.stream()
                .<Peer>mapMulti((peer, next) -> {
                    switch (peer) {
                        case OurGateway gateway -> next.accept(new GrpcGateway(gateway));
                        case Nginx nginx -> next.accept(new GrpcNginx(nginx));
                        default -> {}
                    }
                })
                .toList();
    }

    /// The peers that are installed.
    private List<Peer> peers(String nginx) {
        List<Peer> peers = new ArrayList<>(List.of(new OurGateway(javaOptions)));
        if (against != null) {
            peers.add(new OurGateway("gateway before", against.toAbsolutePath(), javaOptions));
        }
        if (isChosen("spring-cloud-gateway")) {
            peers.add(new SpringCloudGateway(javaOptions));
        }
        if (isChosen("nginx")) {
            peers.add(new Nginx(nginx));
        }
        add(peers, "haproxy", Haproxy::new);
        add(peers, "go-kit", GoKit::new);
        add(peers, "caddy", Caddy::new);
        return peers;
    }

    private void add(List<Peer> peers, String name, Function<String, Peer> peer) {
        if (isChosen(name)) {
            Programs.find(name).map(peer).ifPresent(peers::add);
        }
    }

    private boolean isChosen(String name) {
        return chosen.isEmpty() || chosen.contains(name);
    }

    private static String machine() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            String model = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
            return "%d processors (%s), Linux %s."
                    .formatted(Runtime.getRuntime().availableProcessors(), model, System.getProperty("os.version"));
        }
    }
}
