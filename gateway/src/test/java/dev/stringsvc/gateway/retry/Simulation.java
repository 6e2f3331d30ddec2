package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.balance.Balance;
import dev.stringsvc.gateway.balance.RoundRobin;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.NoTransport;
import dev.stringsvc.gateway.upstream.Policies;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/// A simulated cluster that follows a script. Requests pass through the gateway's real [Attempts],
/// [Upstream], [RetryPolicy] and [RetryBudget], without sockets, threads or waiting. The same seed
/// gives the same numbers. Used by one thread.
final class Simulation {
    static final Duration LENGTH = Duration.ofSeconds(60);
    static final int PER_SECOND = 300;
    private static final double REPEATABLE_SHARE = 0.8;

    private final SimulatedTime time = new SimulatedTime();
    private final Random random = new Random(1);
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Tally tally = new Tally();
    private final Upstream upstream = new Upstream(
            "s", (host, port) -> new NoTransport(), Policies.EJECTION, Policies.GUARD, tally, time.clock());
    private final Balance balance;
    private final Bulkhead bulkhead = new Bulkhead();
    private final RetryBudget budget = new RetryBudget(0.2, 10, bulkhead::held, time::nanos);
    private final RetryBudget hedges = RetryBudget.ofHedges(0.1, bulkhead::held, time::nanos);
    private final RouteContext repeatable;
    private final RouteContext single;

    /// The results.
    static final class Tally implements UpstreamListener, AttemptListener {
        final List<Long> tookNanos = new ArrayList<>();
        int repeatable;
        int repeatableServed;
        int single;
        int singleServed;
        int ejections;
        int probes;

        @Override
        public void ejected(String service, Endpoint endpoint) {
            ejections++;
        }

        @Override
        public void attempted(Route route, Attempt attempt) {}

        @Override
        public void retried(Route route) {}

        @Override
        public void budgetExhausted(Route route) {}

        @Override
        public void hedged(Route route) {}

        @Override
        public void hedgeBudgetExhausted(Route route) {}

        @Override
        public void probed(Route route, AttemptResult result) {
            probes++;
        }
    }

    /// @param count of nodes; discovery names none before a script says so
    Simulation(int count) {
        this(count, random -> Balancers.of(RoundRobin::new));
    }

    /// Nodes with other balancers.
    ///
    /// @param balancers made from the simulation's random numbers
    Simulation(int count, Function<Random, Balancers> balancers) {
        Balancers all = balancers.apply(random);
        this.balance = request -> all;
        this.repeatable = course(true);
        this.single = course(false);
        for (int n = 0; n < count; n++) {
            nodes.add(new SimulatedNode(time, random));
        }
    }

    private RouteContext course(boolean idempotent) {
        var to = TestRoutes.forward("s", idempotent, false);
        var route = Route.to(to, idempotent ? "repeatable" : "single", "/");
        var policy = new RetryPolicy(Duration.ofMillis(25), random::nextDouble);
        return new RouteContext(route, to, upstream, policy, budget, hedges, tally, time::nanos);
    }

    /// The number of attempts that reached each node.
    List<Integer> load() {
        return nodes.stream().map(SimulatedNode::asked).toList();
    }

    /// From this second on, discovery names the nodes with these numbers, from 1.
    Simulation discover(double second, int... numbers) {
        return at(
                second,
                () -> upstream.accept(new DiscoveryEvent.Snapshot(
                        IntStream.of(numbers)
                                .mapToObj(n -> Instance.of("n" + n, "h", n))
                                .toList(),
                        1)));
    }

    /// From this second on, discovery names one node for each of these weights.
    Simulation discoverWeighing(double second, int... weights) {
        return at(
                second,
                () -> upstream.accept(new DiscoveryEvent.Snapshot(
                        IntStream.range(0, weights.length)
                                .mapToObj(i -> new Instance("n" + (i + 1), "h", i + 1, List.of(), Map.of(), weights[i]))
                                .toList(),
                        1)));
    }

    /// From this second on, a node behaves in this way.
    Simulation become(double second, int number, SimulatedNode.Mode mode) {
        return at(second, () -> nodes.get(number - 1).become(mode));
    }

    private Simulation at(double second, Runnable action) {
        time.after((long) (second * 1e9), action);
        return this;
    }

    /// Sends requests for a minute, at random moments.
    Tally run() {
        time.after(0, this::arrive);
        time.run();
        return tally;
    }

    private void arrive() {
        boolean mayRepeat = random.nextDouble() < REPEATABLE_SHARE;
        begin(mayRepeat);
        if (time.nanos() < LENGTH.toNanos()) {
            time.after((long) (-StrictMath.log(1 - random.nextDouble()) / PER_SECOND * 1e9), this::arrive);
        }
    }

    private void begin(boolean mayRepeat) {
        var request = new UpstreamRequest("POST", "/", null, new HeaderFields(), new Body.Buffered(new byte[12]));
        var attempts =
                new Attempts(mayRepeat ? repeatable : single, balance.balancers(request), request, RequestTrace.NONE);
        bulkhead.tryAcquire();
        attempts.probe().ifPresent(this::probe);
        attempt(attempts, time.nanos(), mayRepeat);
    }

    private void attempt(Attempts attempts, long begun, boolean mayRepeat) {
        attempts.begin()
                .ifPresentOrElse(
                        first -> {
                            send(attempts, first, begun, mayRepeat);
                            if (attempts.copyable()) {
                                hedgeLater(attempts, first, begun, mayRepeat);
                            }
                        },
                        () -> over(attempts, begun, mayRepeat));
    }

    /// A node finishes work that it has begun, even if the attempt is overtaken.
    private void send(Attempts attempts, Try one, long begun, boolean mayRepeat) {
        var outcome = node(one.endpoint()).take(one.timeout());
        time.after(outcome.afterNanos(), () -> {
            boolean before = attempts.roundOver();
            attempts.ended(one, outcome.result());
            if (!before && attempts.roundOver()) {
                goOn(attempts, begun, mayRepeat);
            }
        });
    }

    private void hedgeLater(Attempts attempts, Try first, long begun, boolean mayRepeat) {
        time.after(repeatable.forward().attemptTimeout().toNanos(), () -> {
            if (!attempts.roundOver() && attempts.began(first)) {
                attempts.hedge().ifPresent(copy -> send(attempts, copy, begun, mayRepeat));
                hedgeLater(attempts, first, begun, mayRepeat);
            }
        });
    }

    private void goOn(Attempts attempts, long begun, boolean mayRepeat) {
        attempts.next()
                .ifPresentOrElse(
                        delay -> time.after(delay.toNanos(), () -> attempt(attempts, begun, mayRepeat)),
                        () -> over(attempts, begun, mayRepeat));
    }

    private void over(Attempts attempts, long begun, boolean mayRepeat) {
        bulkhead.release();
        boolean served = false;
        if (attempts.result() instanceof ProxyResult.Answered answered) {
            served = answered.response().status() == 200;
            answered.close();
        }
        tally.tookNanos.add(time.nanos() - begun);
        tally.repeatable += mayRepeat ? 1 : 0;
        tally.repeatableServed += mayRepeat && served ? 1 : 0;
        tally.single += mayRepeat ? 0 : 1;
        tally.singleServed += !mayRepeat && served ? 1 : 0;
    }

    private void probe(Endpoint.Permit permit) {
        Duration timeout = repeatable.forward().attemptTimeout();
        var outcome = node(permit.endpoint()).take(timeout);
        time.after(outcome.afterNanos(), () -> {
            permit.ended(outcome.result(), Duration.ofNanos(outcome.afterNanos()), true, true);
            permit.close();
            tally.probed(repeatable.route(), outcome.result());
        });
    }

    private SimulatedNode node(Endpoint endpoint) {
        return nodes.get(endpoint.instance().port() - 1);
    }
}
