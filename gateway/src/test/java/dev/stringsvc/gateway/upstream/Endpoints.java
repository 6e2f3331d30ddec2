package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Makes endpoints `i1`, `i2` and so on that send nothing, and counts how often a balancer picks each.
public final class Endpoints {
    private Endpoints() {}

    public static Upstream upstream() {
        return new Upstream(
                "s",
                (host, port) -> new NoTransport(),
                Policies.EJECTION,
                Policies.GUARD,
                new UpstreamListener() {},
                Clock.systemUTC());
    }

    public static Snapshot weighing(int... weights) {
        return new Snapshot(
                IntStream.range(0, weights.length)
                        .mapToObj(i ->
                                new Instance("i" + (i + 1), "10.0.0." + (i + 1), 80, List.of(), Map.of(), weights[i]))
                        .toList(),
                1);
    }

    public static List<Endpoint> of(int... weights) {
        Upstream upstream = upstream();
        upstream.accept(weighing(weights));
        return upstream.endpoints();
    }

    public static List<Endpoint> alike(int count) {
        return of(IntStream.generate(() -> 1).limit(count).toArray());
    }

    public static String id(Endpoint endpoint) {
        return endpoint.instance().id();
    }

    public static Map<String, Long> picks(Balancer balancer, List<Endpoint> candidates, int count) {
        Map<String, Long> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            picks.merge(id(balancer.pick(candidates)), 1L, Long::sum);
        }
        return picks;
    }

    /// Counts the picks of several threads that start at the same time.
    public static Map<String, Long> picksAtOnce(Balancer balancer, List<Endpoint> candidates, int threads, int each) {
        ConcurrentMap<String, LongAdder> picks = new ConcurrentHashMap<>();
        var barrier = new CyclicBarrier(threads);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                executor.execute(() -> {
                    awaitAll(barrier);
                    for (int i = 0; i < each; i++) {
                        picks.computeIfAbsent(id(balancer.pick(candidates)), key -> new LongAdder())
                                .increment();
                    }
                });
            }
        }
        return picks.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().sum()));
    }

    private static void awaitAll(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
