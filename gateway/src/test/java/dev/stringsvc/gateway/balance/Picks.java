package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.ManualClock;
import dev.stringsvc.gateway.upstream.NoTransport;
import dev.stringsvc.gateway.upstream.Policies;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Picks of one balance from a service's endpoints; nothing is sent.
public final class Picks {
    private final Upstream upstream = new Upstream(
            "s",
            (host, port) -> new NoTransport(),
            Policies.EJECTION,
            Policies.GUARD,
            new UpstreamListener() {},
            new ManualClock());
    private final Balance balance;

    Picks(Balance balance, Instance... instances) {
        this.balance = balance;
        discover(instances);
    }

    void discover(Instance... instances) {
        upstream.accept(new Snapshot(List.of(instances), 1));
    }

    static Instance instance(int n, String... tags) {
        return new Instance("i" + n, "10.0.0." + n, 80, List.of(tags), Map.of());
    }

    public static UpstreamRequest request() {
        return request(new HeaderFields());
    }

    public static UpstreamRequest request(String header, String value) {
        return request(new HeaderFields().add(header, value));
    }

    public static UpstreamRequest request(HeaderFields headers) {
        return new UpstreamRequest("GET", "/", null, headers, new Body.None());
    }

    public static UpstreamRequest requestFrom(String clientAddress) {
        return new UpstreamRequest(
                "GET",
                "/",
                null,
                new HeaderFields(),
                new Body.None(),
                InetAddress.ofLiteral(clientAddress),
                false,
                false,
                Caller.PATIENT,
                null);
    }

    /// The endpoint of a request's first attempt.
    String of(UpstreamRequest request) {
        return upstream.pick(List.of(), balance.balancers(request))
                .orElseThrow()
                .instance()
                .id();
    }

    /// The endpoints of this many such requests, in order.
    List<String> of(UpstreamRequest request, int count) {
        List<String> picks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picks.add(of(request));
        }
        return picks;
    }

    /// How many of this many requests each endpoint gets.
    Map<String, Integer> counts(UpstreamRequest request, int count) {
        Map<String, Integer> counts = new HashMap<>();
        of(request, count).forEach(id -> counts.merge(id, 1, Integer::sum));
        return counts;
    }

    /// The endpoints that a request goes to if every attempt fails.
    List<String> attempts(UpstreamRequest request, int count) {
        Balancers balancers = balance.balancers(request);
        List<Endpoint> tried = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tried.add(upstream.pick(tried, balancers).orElseThrow());
        }
        return tried.stream().map(endpoint -> endpoint.instance().id()).toList();
    }

    void eject(String id) {
        Endpoint endpoint = upstream.endpoints().stream()
                .filter(one -> one.instance().id().equals(id))
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < 5; i++) {
            try (var permit = endpoint.acquire()) {
                permit.ended(
                        new AttemptResult.TimedOut(Duration.ofSeconds(1), true), Duration.ofSeconds(1), true, true);
            }
        }
    }
}
