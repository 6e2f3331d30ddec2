package dev.stringsvc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes the result tables as Markdown.
final class Report {
    private final StringBuilder text = new StringBuilder();
    private final List<Peer> peers;

    Report(List<Peer> peers) {
        this.peers = peers;
    }

    /// Adds what was measured, and on which machine.
    void machine(String machine) {
        text.append(machine).append("\n\n");
        line("program", "version");
        rule(2);
        peers.forEach(peer -> line(peer.name(), peer.version()));
        text.append('\n');
    }

    /// Adds the standard cell.
    ///
    /// @param rate the rate at which latency was measured, in requests/s
    void standard(List<Figures> all, int rate) {
        text.append("### The gateway against others\n\n");
        text.append("Each figure is the gateway's divided by the other program's. "
                + "For requests/s a higher figure is better, for all else a lower one.\n\n");
        line(
                "against",
                "requests/s",
                "p50",
                "p99",
                "p99.9",
                "CPU/request, full",
                "CPU/request, at rate",
                "memory",
                "start");
        rule(9);
        @Nullable Figures own = find(all, OurGateway.NAME);
        Stream.concat(
                        Stream.of(Nginx.NAME, SpringCloudGateway.NAME),
                        all.stream()
                                .map(Figures::program)
                                .filter(name -> !List.of(OurGateway.NAME, Nginx.NAME, SpringCloudGateway.NAME)
                                        .contains(name)))
                .forEach(name -> {
                    @Nullable Figures other = find(all, name);
                    if (own != null && other != null) {
                        ratios(own, other);
                    }
                });
        text.append("\n### 64 connections, 3 instances\n\n");
        text.append("Latency and CPU \"at rate\" are measured at %,d requests/s, all else at full load.%n%n"
                .formatted(rate));
        line(
                "",
                "requests/s",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "CPU µs/request, full",
                "CPU µs/request, at rate",
                "memory MiB",
                "start s",
                "errors");
        rule(10);
        all.forEach(this::figures);
        text.append('\n');
    }

    /// The programs at half of the rate that the gateway reaches under full load.
    ///
    /// @param samples by program name
    void atHalfOfSaturation(Map<String, List<Sample>> samples) {
        text.append("### Half of the gateway's saturation\n\n");
        text.append("Latency at half of the rate that the gateway reaches under full load.\n\n");
        line("", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU µs/request", "errors");
        rule(7);
        samples.forEach(this::atLoad);
        text.append('\n');
    }

    private void atLoad(String program, List<Sample> all) {
        line(
                program,
                number("%,.0f", Figures.median(all, sample -> sample.load().requestsPerSecond())),
                number("%.2f", Figures.median(all, sample -> sample.load().p50() / 1e3)),
                number("%.2f", Figures.median(all, sample -> sample.load().p99() / 1e3)),
                number("%.2f", Figures.median(all, sample -> sample.load().p999() / 1e3)),
                number("%.1f", Figures.median(all, Sample::cpuPerRequest)),
                Long.toString(Figures.errors(all)));
    }

    private static @Nullable Figures find(List<Figures> all, String name) {
        return all.stream()
                .filter(each -> each.program().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void ratios(Figures own, Figures other) {
        Function<ToDoubleFunction<Figures>, String> ratio =
                figure -> number("%.2f", figure.applyAsDouble(own) / figure.applyAsDouble(other));
        line(
                other.program(),
                ratio.apply(Figures::requestsPerSecond),
                ratio.apply(Figures::p50),
                ratio.apply(Figures::p99),
                ratio.apply(Figures::p999),
                ratio.apply(Figures::cpuAtFull),
                ratio.apply(Figures::cpuAtRate),
                ratio.apply(Figures::residentMebibytes),
                ratio.apply(Figures::startUp));
    }

    private void figures(Figures figures) {
        line(
                figures.program(),
                number("%,.0f", figures.requestsPerSecond()),
                number("%.2f", figures.p50()),
                number("%.2f", figures.p99()),
                number("%.2f", figures.p999()),
                number("%.1f", figures.cpuAtFull()),
                number("%.1f", figures.cpuAtRate()),
                number("%.0f", figures.residentMebibytes()),
                number("%.2f", figures.startUp()),
                Long.toString(figures.errors()));
    }

    /// Adds the other cells: one table of requests/s and one of CPU time.
    void cells(List<CellFigures> cells) {
        text.append("### Other loads: requests/s\n\n");
        matrix(
                cells,
                (cell, program) -> number("%,.0f", cell.requestsPerSecond(program))
                        + (cell.errors(program) == 0 ? "" : ", %,d errors".formatted(cell.errors(program))));
        text.append("### Other loads: CPU µs/request\n\n");
        matrix(cells, (cell, program) -> number("%,.1f", cell.cpuPerRequest(program)));
        cells.stream()
                .filter(cell -> cell.cell().equals(Cell.FEW))
                .findFirst()
                .ifPresent(few -> cells.stream()
                        .filter(cell -> cell.cell().equals(Cell.MANY))
                        .forEach(many -> manyAgainstFew(many, few)));
    }

    private void manyAgainstFew(CellFigures many, CellFigures few) {
        text.append("### %s: CPU/request divided by that with %s%n%n".formatted(Cell.MANY, Cell.FEW));
        matrix(
                List.of(many),
                (cell, program) -> number("%.2f", cell.cpuPerRequest(program) / few.cpuPerRequest(program)));
    }

    private void matrix(List<CellFigures> cells, BiFunction<CellFigures, String, String> figure) {
        List<String> programs = peers.stream().map(Peer::name).toList();
        line(prepend("", programs.stream()));
        rule(programs.size() + 1);
        cells.forEach(cell ->
                line(prepend(cell.cell(), programs.stream().map(program -> figure.apply(cell, program)))));
        text.append('\n');
    }

    /// Adds gRPC calls. The CPU times are divided round by round: a disturbance of the machine affects both programs of
    /// a round alike.
    ///
    /// @param samples by program name, all of the same number of rounds
    void grpc(Map<String, List<Sample>> samples) {
        text.append("### %s%n%n".formatted(Cell.grpc().name()));
        line("", "calls/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU µs/call", "failed");
        rule(7);
        samples.forEach(this::atLoad);
        text.append('\n');
        List<Sample> own = samples.getOrDefault(OurGateway.NAME, List.of());
        line("CPU/call of the gateway, divided by that of", "median of the rounds", "least", "greatest");
        rule(4);
        samples.forEach((program, all) -> {
            if (!program.equals(OurGateway.NAME)) {
                double[] ratios = IntStream.range(0, all.size())
                        .mapToDouble(round ->
                                own.get(round).cpuPerRequest() / all.get(round).cpuPerRequest())
                        .sorted()
                        .toArray();
                line(
                        program,
                        number(
                                "%.2f",
                                Figures.median(DoubleStream.of(ratios).boxed().toList(), ratio -> ratio)),
                        number("%.2f", ratios[0]),
                        number("%.2f", ratios[ratios.length - 1]));
            }
        });
        text.append('\n');
    }

    void discovery(DiscoveryFigures figures) {
        text.append(
                "### Discovery: %,d services, %,d instances%n%n".formatted(figures.services(), figures.instances()));
        line("", "");
        rule(2);
        line(
                "from start to all instances known",
                number("%.1f s", figures.ready().toMillis() / 1e3));
        line("CPU time of that", number("%.1f s", figures.readyCpu().toMillis() / 1e3));
        line("CPU while nothing changes", number("%.1f ms/s", figures.idleCpu().toNanos() / 1e6));
        line("CPU of one changed service", number("%.1f ms", figures.updateCpu().toNanos() / 1e6));
        line(
                "from registration to the first response, median",
                number("%.0f ms", Figures.median(figures.routed(), each -> each.toNanos() / 1e6)));
        line(
                "the same, longest",
                number(
                        "%.0f ms",
                        figures.routed().stream()
                                .mapToDouble(each -> each.toNanos() / 1e6)
                                .max()
                                .orElse(Double.NaN)));
        line("memory", number("%.0f MiB", figures.residentBytes() / (double) (1 << 20)));
        text.append('\n');
    }

    private static String[] prepend(String first, Stream<String> rest) {
        return Stream.concat(Stream.of(first), rest).toArray(String[]::new);
    }

    private static String number(String format, double number) {
        return Double.isNaN(number) ? "–" : String.format(Locale.ROOT, format, number);
    }

    private void line(String... cells) {
        text.append(Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /// Aligns names left and numbers right.
    private void rule(int columns) {
        List<String> rules = new ArrayList<>(List.of("---"));
        while (rules.size() < columns) {
            rules.add("---:");
        }
        text.append(rules.stream().collect(Collectors.joining("|", "|", "|\n")));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
