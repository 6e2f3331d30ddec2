package dev.stringsvc.bench.jmh;

import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.PathRewrite;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

/// Measures the choice of a request's route.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RouteMatch {
    @Param({"10", "1000"})
    int routes;

    private RouteTable table = new RouteTable(List.of());
    private RequestHead found = head("/");
    private RequestHead missing = head("/");

    @Setup
    public void setUp() {
        table = new RouteTable(IntStream.range(0, routes)
                .mapToObj(i -> Route.to(forward("service-" + i), "route-" + i, "/api/v1/service-" + i))
                .toList());
        found = head("/api/v1/service-" + routes / 2 + "/users/42");
        missing = head("/api/v1/other/users/42");
    }

    private static Action.Forward forward(String service) {
        return new Action.Forward(
                service,
                PathRewrite.NONE,
                false,
                Long.MAX_VALUE,
                false,
                false,
                false,
                3,
                Duration.ofSeconds(3),
                Duration.ofSeconds(1),
                new Balancing.RoundRobin(),
                null,
                false);
    }

    private static RequestHead head(String path) {
        return RequestHead.of("POST", "gateway.example:8080", path, name -> List.of());
    }

    @Benchmark
    public Match found() {
        return table.match(found);
    }

    @Benchmark
    public Match missing() {
        return table.match(missing);
    }
}
