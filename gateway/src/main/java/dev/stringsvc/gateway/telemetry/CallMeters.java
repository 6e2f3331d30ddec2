package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.http.GrpcStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The meters of gRPC calls. A client can write any path, so only a method that an instance has served
/// gets meters of its own, and at most [#MOST_METHODS] do, in [#MOST] combinations; the others are counted under the
/// method
/// `others`. Thread-safe.
final class CallMeters {
    static final int MOST_METHODS = 500;
    /// The most combinations with their method.
    static final int MOST = 2_000;

    private static final String OTHERS = "others";

    private final MeterRegistry registry;
    private final Set<String> methods = ConcurrentHashMap.newKeySet();
    private final Map<Key, Timer> calls = new ConcurrentHashMap<>();

    private record Key(String route, String method, GrpcStatus status) {}

    CallMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// @param route the route's name, or `none`
    void finished(Exchange exchange, Exchange.Call call, String route) {
        boolean served = exchange.instance() != null
                && exchange.error() == null
                && call.status() != GrpcStatus.UNIMPLEMENTED
                && call.status() != GrpcStatus.UNKNOWN;
        if (served && methods.size() < MOST_METHODS) {
            methods.add(call.method());
        }
        String method = methods.contains(call.method()) ? call.method() : OTHERS;
        var key = new Key(route, method, call.status());
        boolean room = calls.containsKey(key) || calls.size() < MOST;
        calls.computeIfAbsent(room ? key : new Key(route, OTHERS, call.status()), this::timer)
                .record(exchange.took());
    }

    private Timer timer(Key key) {
        return Metric.GRPC_CALLS
                .timer(key.route(), key.method(), key.status().name())
                .register(registry);
    }

    /// Forgets routes whose meters were removed.
    void routesGone(Collection<String> routes) {
        calls.keySet().removeIf(key -> routes.contains(key.route()));
        methods.retainAll(calls.keySet().stream().map(Key::method).collect(Collectors.toSet()));
    }
}
