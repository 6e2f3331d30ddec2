package dev.stringsvc.gateway.retry;

import static dev.stringsvc.gateway.retry.SimulatedNode.Mode.answering;
import static dev.stringsvc.gateway.retry.SimulatedNode.Mode.well;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.balance.LeastInFlight;
import dev.stringsvc.gateway.balance.WeightedRoundRobin;
import dev.stringsvc.gateway.retry.SimulatedNode.Mode;
import dev.stringsvc.gateway.upstream.Balancers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Runs the scripts and asserts that docs/simulation.md equals their output, so a change of policy
/// shows as a change of that page.
class SimulationTest {
    private static final Path REPORT = Path.of("..", "docs", "simulation.md");
    private static final Mode BLACK_HOLE = new Mode(0, 1, 1);
    private static final Duration LATE = Duration.ofMillis(1_200);
    private static final Mode REFUSING = new Mode(-1, 1, 1);

    private static Simulation three() {
        return new Simulation(3).discover(0, 1, 2, 3);
    }

    /// One node of three, from the 10th to the 40th second.
    private static Simulation one(Mode mode) {
        return three().become(10, 2, mode).become(40, 2, well());
    }

    private static Map<String, Simulation> scripts() {
        Map<String, Simulation> scripts = new LinkedHashMap<>();
        scripts.put("all nodes work", three());
        scripts.put("one node 20 times slower", one(answering(200, 20)));
        scripts.put("one node answers 503 at once", one(answering(503, 0.1)));
        scripts.put("one node answers 500 at once", one(answering(500, 0.1)));
        scripts.put("one node answers 503 slowly", one(answering(503, 100)));
        scripts.put("one node is a black hole", one(BLACK_HOLE));
        scripts.put("one node breaks the connection", one(answering(-2, 1)));
        scripts.put("one node fails a third of its requests", one(new Mode(503, 1, 0.33)));
        scripts.put(
                "one node is killed; discovery notices after 3 s",
                three().become(10, 2, REFUSING)
                        .discover(13, 1, 3)
                        .become(40, 2, well())
                        .discover(41, 1, 2, 3));
        Simulation flapping = three();
        for (int second = 10; second < 40; second += 4) {
            flapping.become(second, 2, answering(503, 0.1)).become(second + 2, 2, well());
        }
        scripts.put("one node fails for 2 s and works for 2 s, in turn", flapping);
        scripts.put(
                "two nodes of three are black holes",
                one(BLACK_HOLE).become(10, 3, BLACK_HOLE).become(40, 3, well()));
        scripts.put("all nodes answer 503 for 20 s", all(answering(503, 0.1), 10, 30));
        scripts.put("all nodes are black holes for 20 s", all(BLACK_HOLE, 10, 30));
        scripts.put("all nodes fail a tenth of their requests", all(new Mode(503, 1, 0.1), 10, 40));
        scripts.put("all nodes fail half of their requests", all(new Mode(503, 1, 0.5), 10, 40));
        scripts.put("all nodes fail a third of their requests", all(new Mode(503, 1, 0.33), 10, 40));
        scripts.put("all nodes become 20 times slower", all(answering(200, 20), 10, 40));
        scripts.put(
                "resize from 3 to 1 to 5",
                new Simulation(5)
                        .discover(0, 1, 2, 3)
                        .discover(15, 1)
                        .become(17, 2, REFUSING)
                        .become(17, 3, REFUSING)
                        .become(30, 2, well())
                        .become(30, 3, well())
                        .discover(30, 1, 2, 3, 4, 5));
        scripts.put(
                "discovery forgets all nodes for 10 s",
                three().discover(20).discover(30, 1).discover(31, 1, 2, 3));
        scripts.put(
                "scaled to none: discovery lists no node, nodes stop after 2 s",
                three().discover(20)
                        .become(22, 1, REFUSING)
                        .become(22, 2, REFUSING)
                        .become(22, 3, REFUSING));
        scripts.put("one node 8 times slower", one(answering(200, 8)));
        scripts.put(
                "one node 8 times slower, least in flight",
                leastInFlight().become(10, 2, answering(200, 8)).become(40, 2, well()));
        scripts.put("all nodes answer after 1.2 s, using no worker", all(Mode.later(LATE), 0, 61));
        scripts.put("all nodes answer after 1.2 s, for 30 s", all(Mode.later(LATE), 10, 40));
        scripts.put("one node answers after 1.2 s, using no worker", one(Mode.later(LATE)));
        scripts.put(
                "weighted 3 to 2 to 1",
                new Simulation(3, random -> Balancers.of(WeightedRoundRobin::new)).discoverWeighing(0, 3, 2, 1));
        return scripts;
    }

    private static Simulation leastInFlight() {
        return new Simulation(3, random -> Balancers.of(() -> new LeastInFlight(random::nextInt))).discover(0, 1, 2, 3);
    }

    private static Simulation all(Mode mode, double from, double to) {
        Simulation simulation = three();
        for (int n = 1; n <= 3; n++) {
            simulation.become(from, n, mode).become(to, n, well());
        }
        return simulation;
    }

    private static String report() {
        return """
                # What the policies do, simulated

                This page shows how the gateway's policies behave in clusters that fail. The gateway's own code makes the decisions
                (pick, decide, withdraw, accept, eject, probe). An event queue with a virtual clock and a seeded random generator
                plays the cluster. There are no sockets and no waiting, so the numbers are the same each time.

                Each row is a script of one minute, with %d requests a second on average. Four of five requests may be repeated.
                Each node has 8 workers and takes 4 ms per request. Unless the row says otherwise:

                - there are three nodes, and they take turns;
                - one node misbehaves from the 10th to the 40th second, and discovery goes on calling it healthy.

                | column | meaning |
                |---|---|
                | served | answered with 200, of the requests that may be repeated / of the others |
                | p50, p99, p99.9, worst | time until the answer |
                | amplification | attempts that reached a node, probes included, per request |
                | load | attempts that reached each node |

                `make simulation` writes this page; the build fails if it is out of date.

                | script | requests | served | p50 | p99 | p99.9 | worst | amplification | ejections | probes | load |
                |---|---|---|---|---|---|---|---|---|---|---|
                %s
                """.formatted(
                        Simulation.PER_SECOND,
                        scripts().entrySet().stream()
                                .map(script -> row(script.getKey(), script.getValue()))
                                .collect(Collectors.joining("\n")));
    }

    private static String row(String name, Simulation simulation) {
        Simulation.Tally tally = simulation.run();
        int requests = tally.repeatable + tally.single;
        List<Integer> load = simulation.load();
        List<Long> took = tally.tookNanos.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s / %s | %s | %s | %s | %s | %.3f | %d | %d | %s |",
                name,
                requests,
                percent(tally.repeatableServed, tally.repeatable),
                percent(tally.singleServed, tally.single),
                quantile(took, 0.5),
                quantile(took, 0.99),
                quantile(took, 0.999),
                quantile(took, 1),
                load.stream().mapToInt(Integer::intValue).sum() / (double) requests,
                tally.ejections,
                tally.probes,
                load.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    private static String percent(int part, int whole) {
        return part == whole ? "100 %" : String.format(Locale.ROOT, "%.2f %%", Math.floor(1e4 * part / whole) / 100);
    }

    private static String quantile(List<Long> sorted, double q) {
        int index = Math.min(sorted.size() - 1, (int) (q * sorted.size()));
        return String.format(Locale.ROOT, "%.1f ms", sorted.get(index) / 1e6);
    }

    @Test
    void the_report_that_is_checked_in_is_what_the_policies_do() throws IOException {
        String report = report();
        if (Boolean.getBoolean("simulation.write")) {
            Files.writeString(REPORT, report);
        }
        assertThat(Files.readString(REPORT))
                .as("docs/simulation.md is out of date: run `make simulation`; is the difference intended?")
                .isEqualTo(report);
    }
}
