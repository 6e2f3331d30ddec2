package dev.stringsvc.bench.jmh;

import dev.stringsvc.gateway.balance.LeastInFlight;
import dev.stringsvc.gateway.balance.RoundRobin;
import dev.stringsvc.gateway.balance.WeightedRoundRobin;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Ejection;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Guard;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Measures the choice of the endpoint for a request's first attempt.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Pick {
    private static final Logger LOG = Logger.getLogger("dev.stringsvc.gateway");

    @Param({"3", "100"})
    int endpoints;

    @Param({"ROUND_ROBIN", "WEIGHTED", "LEAST_IN_FLIGHT"})
    Kind balancer = Kind.ROUND_ROBIN;

    private final Upstream upstream = new Upstream(
            "service",
            (host, port) -> new NoTransport(),
            new Ejection(5, 0.5, 10, Duration.ofMillis(25), Duration.ofSeconds(5), Duration.ofMinutes(1), 0.7),
            new Guard(0.3, Duration.ofMinutes(1)),
            new UpstreamListener() {},
            Clock.systemUTC());
    private Balancers balancers = Kind.ROUND_ROBIN.balancers();

    /// The balancers that use no key.
    public enum Kind {
        ROUND_ROBIN,
        WEIGHTED,
        LEAST_IN_FLIGHT;

        private Balancers balancers() {
            return switch (this) {
                case ROUND_ROBIN -> Balancers.of(RoundRobin::new);
                case WEIGHTED -> Balancers.of(WeightedRoundRobin::new);
                case LEAST_IN_FLIGHT -> Balancers.of(LeastInFlight::new);
            };
        }
    }

    @Setup
    public void setUp() {
        LOG.setLevel(Level.WARNING);
        balancers = balancer.balancers();
        upstream.accept(new DiscoveryEvent.Snapshot(
                IntStream.range(0, endpoints)
                        .mapToObj(i -> Instance.of("instance-" + i, "127.0.0.1", 8_000 + i))
                        .toList(),
                1));
    }

    @Benchmark
    public Optional<Endpoint> pick() {
        return upstream.pick(List.of(), balancers);
    }

    /// Is never used.
    private static final class NoTransport implements Transport {
        @Override
        public AttemptResult execute(UpstreamRequest request, Duration timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
