package dev.stringsvc.gateway;

import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.FixedInstancer;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.discovery.consul.ConsulClient;
import dev.stringsvc.gateway.discovery.consul.ConsulInstancer;
import dev.stringsvc.gateway.discovery.lastgood.LastGood;
import dev.stringsvc.gateway.proxy.Forwarder;
import dev.stringsvc.gateway.proxy.RetryBudget;
import dev.stringsvc.gateway.proxy.RetryPolicy;
import dev.stringsvc.gateway.server.AccessLog;
import dev.stringsvc.gateway.server.AdminApi;
import dev.stringsvc.gateway.server.ClientLimits;
import dev.stringsvc.gateway.server.ClientTimeouts;
import dev.stringsvc.gateway.server.Exchange;
import dev.stringsvc.gateway.server.HttpPort;
import dev.stringsvc.gateway.server.ProxyHandler;
import dev.stringsvc.gateway.server.SlowestRate;
import dev.stringsvc.gateway.telemetry.Telemetry;
import dev.stringsvc.gateway.transport.OkHttpTransports;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.logfmt.LogWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The gateway, put together and running. Listens from [#start] on, whether discovery has answered or not, until it is
/// closed. Thread-safe.
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final GatewayConfig config;
    private final Clock clock = Clock.systemUTC();
    private final Clock steady = SteadyClock.start(clock, System::nanoTime);
    private final Telemetry telemetry = new Telemetry(steady);
    private final OkHttpTransports transports;
    private final Optional<ConsulClient> consul;
    private final Optional<LastGood> lastGood;
    private final Map<String, Upstream> upstreams = new TreeMap<>();
    private final HttpPort data;
    private final HttpPort admin;
    /// How to let go of what runs, the last started first.
    private final Deque<Runnable> stops = new ConcurrentLinkedDeque<>();
    private volatile boolean draining;

    private Gateway(GatewayConfig config, Optional<String> consulToken, LogWriter log) {
        this.config = config;
        stops.push(telemetry::close);
        this.transports = new OkHttpTransports(
                config.timeouts().connect(), config.timeouts().idle());
        stops.push(transports::close);
        config.routes().forwarding().values().forEach(to -> upstreams.computeIfAbsent(to.service(), this::upstream));
        this.consul = upstreams.keySet().stream().anyMatch(this::isInConsul)
                ? Optional.of(new ConsulClient(
                        config.consul().address().url(),
                        consulToken,
                        config.consul().waitTime()))
                : Optional.empty();
        consul.ifPresent(client -> stops.push(client::close));
        this.lastGood = consul.flatMap(client -> config.consul().lastGoodFile())
                .map(file -> LastGood.open(file, config.consul().lastGoodAge(), clock));
        lastGood.ifPresent(file -> stops.push(file::close));
        Map<Upstream, Instancer> instancers = new HashMap<>();
        upstreams.values().forEach(upstream -> instancers.put(upstream, instancer(upstream)));
        var accessLog = new AccessLog(log, clock);
        Exchange.Listener listener = exchange -> {
            telemetry.finished(exchange);
            accessLog.finished(exchange);
        };
        var proxy = new ProxyHandler(config.routes(), forwarders(), limits(config.limits()), listener, () -> draining);
        telemetry.inFlight(proxy::inFlight);
        var adminApi = new AdminApi(config.routes(), upstreams.values(), telemetry::scrape, () -> draining, steady);
        var timeouts =
                new ClientTimeouts(config.timeouts().head(), config.timeouts().client());
        try {
            this.admin = new HttpPort(
                    config.admin().host(),
                    config.admin().port(),
                    timeouts,
                    exchange -> {},
                    Duration.ZERO,
                    () -> 0,
                    javalin -> adminApi.addTo(javalin.routes));
            stops.push(admin::close);
            instancers.forEach((upstream, instancer) -> instancer.watch(upstream));
            this.data = new HttpPort(
                    config.host(),
                    config.port(),
                    timeouts,
                    listener,
                    config.shutdown().drain(),
                    proxy::inFlight,
                    javalin -> javalin.routes.before(proxy));
            stops.push(data::close);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
        LOG.info(
                "listening on {}:{}, admin on {}:{}",
                config.host(),
                port(),
                config.admin().host(),
                adminPort());
    }

    /// Starts everything.
    ///
    /// @throws java.io.UncheckedIOException when a port is taken, or may not be had
    public static Gateway start(GatewayConfig config, Optional<String> consulToken, LogWriter log) {
        return new Gateway(config, consulToken, log);
    }

    private static ClientLimits limits(GatewayConfig.Limits limits) {
        return new ClientLimits(
                (int) limits.replayBody().bytes(),
                limits.requestBody().bytes(),
                limits.inFlight(),
                new SlowestRate(limits.clientRate().bytes(), limits.clientGrace()));
    }

    private Upstream upstream(String service) {
        var upstream = new Upstream(service, transports, config.ejection(), config.guard(), telemetry, steady);
        telemetry.upstream(upstream);
        stops.push(() -> Stream.of(upstream.endpoints(), upstream.draining())
                .flatMap(List::stream)
                .forEach(endpoint -> endpoint.transport().close()));
        return upstream;
    }

    private boolean isInConsul(String service) {
        return config.service(service).instances().isEmpty();
    }

    private Instancer instancer(Upstream upstream) {
        var service = config.service(upstream.service());
        var instancer = isInConsul(upstream.service())
                ? consulInstancer(upstream, service.tags())
                : new FixedInstancer(service.instances().stream()
                        .map(at -> Instance.of(at.toString(), at.host(), at.port()))
                        .toList());
        stops.push(instancer::close);
        return instancer;
    }

    private Instancer consulInstancer(Upstream upstream, List<String> tags) {
        var instancer = new ConsulInstancer(consul.orElseThrow(), upstream.service(), tags);
        return lastGood.<Instancer>map(file -> file.over(instancer, upstream.service(), tags, upstream::instances))
                .orElse(instancer);
    }

    private Map<String, Forwarder> forwarders() {
        var retry = config.retry();
        var policy = new RetryPolicy(
                retry.backoff(), () -> ThreadLocalRandom.current().nextDouble());
        Map<String, RetryBudget> budgets = new HashMap<>();
        Map<String, Forwarder> forwarders = new HashMap<>();
        config.routes().forwarding().forEach((route, to) -> {
            var budget = budgets.computeIfAbsent(
                    to.service(),
                    service -> new RetryBudget(retry.budgetRatio(), retry.budgetFloor(), System::nanoTime));
            Upstream upstream = Objects.requireNonNull(upstreams.get(to.service()));
            forwarders.put(
                    route.name(), new Forwarder(route, to, upstream, policy, budget, telemetry, System::nanoTime));
        });
        return forwarders;
    }

    /// The port that clients reach.
    public int port() {
        return data.port();
    }

    /// The port that operators reach.
    public int adminPort() {
        return admin.port();
    }

    /// Says that it is not ready any more and goes on for the grace, so that whoever sends requests here can notice.
    public void drain() throws InterruptedException {
        draining = true;
        Duration grace = config.shutdown().grace();
        LOG.info("not ready any more; requests are taken for another {} ms", grace.toMillis());
        Thread.sleep(grace);
    }

    /// Takes no more connections, lets requests in flight finish, and lets go. A second call does nothing.
    @Override
    public void close() {
        draining = true;
        if (!stops.isEmpty()) {
            LOG.info("taking no more connections; requests in flight may finish");
            stop();
            LOG.info("stopped");
        }
    }

    private void stop() {
        for (@Nullable Runnable stop; (stop = stops.poll()) != null; ) {
            stop.run();
        }
    }
}
