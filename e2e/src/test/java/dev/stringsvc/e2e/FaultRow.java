package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/// One row of the fault table: the load during the fault, and the result. Used by the test's thread
/// only.
final class FaultRow implements AutoCloseable {
    private static final String ATTEMPTS = "gateway_attempt_duration_seconds_count";
    private static final String PROBES = "gateway_probes_total";
    private static final String HEDGES = "gateway_hedges_total";

    private final Fault fault;
    private final List<Load> loads = new ArrayList<>();
    private @Nullable GatewayProcess gateway;
    private double attemptsBefore;
    private double copiesBefore;
    private @Nullable Double amplification;
    private @Nullable Duration recoveredAfter;
    private long more;

    FaultRow(Fault fault) {
        this.fault = fault;
    }

    /// Starts clients, and waits until the first answers have come and all programs are warm.
    Load load(int connections, GatewayProcess on, Call call) throws IOException, InterruptedException {
        if (gateway == null) {
            attemptsBefore = on.meter(ATTEMPTS);
            copiesBefore = copies(on);
        }
        gateway = on;
        var load = Load.on(connections, on, call);
        loads.add(load);
        load.awaitMore(10L * connections);
        load.begin();
        return load;
    }

    /// Adds requests that a load did not send.
    void requests(long count) {
        more += count;
    }

    /// Ends the fault and measures the time until the system has recovered. If it is called several times, the
    /// row has the longest.
    void recovers(ThrowingRunnable cause, Callable<Boolean> recovered) {
        try {
            cause.run();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        long start = System.nanoTime();
        await().atMost(Cluster.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(recovered);
        var took = Duration.ofNanos(System.nanoTime() - start);
        if (recoveredAfter == null || took.compareTo(recoveredAfter) > 0) {
            recoveredAfter = took;
        }
    }

    /// The requests that instances got beside those of the load: probes of ejected instances, and copies
    /// beside an attempt that takes long, as on a busy machine.
    long copies() throws IOException, InterruptedException {
        return gateway == null ? 0 : Math.round(copies(gateway) - copiesBefore);
    }

    private static double copies(GatewayProcess gateway) throws IOException, InterruptedException {
        return gateway.meter(PROBES) + gateway.meter(HEDGES);
    }

    Duration recoveredAfter() {
        return recoveredAfter == null ? Duration.ZERO : recoveredAfter;
    }

    /// Attempts per request of the load, as counted by the gateway.
    private static double amplification(GatewayProcess gateway, double before, List<Load> loads)
            throws IOException, InterruptedException {
        double attempts = gateway.meter(ATTEMPTS) - before;
        return attempts / loads.stream().mapToLong(Load::requests).sum();
    }

    /// Ends the load and asserts that no request of it has failed.
    void nothingLost() throws IOException, InterruptedException {
        loads.forEach(Load::stop);
        if (gateway != null && gateway.process().isAlive()) {
            amplification = amplification(gateway, attemptsBefore, loads);
        }
        for (Load load : loads) {
            assertThat(load.failures()).isEmpty();
            assertThat(load.answers()).isPositive();
        }
    }

    /// The row as a line of the table's file.
    String line(@Nullable Throwable shortfall) {
        var columns = List.of(
                fault.value(),
                Long.toString(loads.stream().mapToLong(Load::requests).sum() + more),
                Long.toString(loads.stream().mapToLong(Load::failed).sum()),
                loads.stream()
                        .map(Load::worstOfAll)
                        .max(Duration::compareTo)
                        .map(FaultRow::text)
                        .orElse("-"),
                loads.isEmpty() ? "-" : text(Load.p99(loads)),
                amplification == null ? "-" : String.format(Locale.ROOT, "%.2f", amplification),
                recoveredAfter == null ? "-" : text(recoveredAfter),
                shortfall == null ? "held" : "FELL SHORT: " + oneLine(shortfall),
                fault.section());
        return columns.stream().collect(Collectors.joining("\t"));
    }

    private static String text(Duration duration) {
        return duration.toMillis() < 1_000
                ? duration.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1_000.0);
    }

    private static String oneLine(Throwable shortfall) {
        String text = shortfall.toString().replaceAll("\\s+", " ");
        return text.length() < 300 ? text : text.substring(0, 300) + "…";
    }

    @Override
    public void close() {
        loads.forEach(Load::close);
    }
}
