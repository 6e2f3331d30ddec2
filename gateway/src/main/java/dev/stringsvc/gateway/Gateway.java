package dev.stringsvc.gateway;

import dev.stringsvc.gateway.admin.AdminApi;
import dev.stringsvc.gateway.client.ClientProtocols;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.ConnectionCapacity;
import dev.stringsvc.gateway.client.ConnectionLimit;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.HttpPort;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.client.SocketPollers;
import dev.stringsvc.gateway.config.AdminToken;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.CatalogEvent;
import dev.stringsvc.gateway.discovery.ReservedPorts;
import dev.stringsvc.gateway.discovery.consul.ConsulCatalog;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.live.Discovery;
import dev.stringsvc.gateway.live.Forwarders;
import dev.stringsvc.gateway.live.LiveRoutes;
import dev.stringsvc.gateway.live.Registries;
import dev.stringsvc.gateway.live.Reloads;
import dev.stringsvc.gateway.live.StartConfiguration;
import dev.stringsvc.gateway.live.Upstreams;
import dev.stringsvc.gateway.proxy.AccessLog;
import dev.stringsvc.gateway.proxy.ClientLimits;
import dev.stringsvc.gateway.proxy.Forwarding;
import dev.stringsvc.gateway.proxy.ProxyHandler;
import dev.stringsvc.gateway.proxy.Tracing;
import dev.stringsvc.gateway.tags.TagRoutes;
import dev.stringsvc.gateway.telemetry.OtlpMeters;
import dev.stringsvc.gateway.telemetry.Telemetry;
import dev.stringsvc.gateway.telemetry.trace.OtlpTracing;
import dev.stringsvc.gateway.transport.AddressCheck;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Protocol;
import dev.stringsvc.gateway.transport.Transports;
import dev.stringsvc.gateway.upstream.MonotonicClock;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.LogFormat;
import dev.stringsvc.program.LogWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running gateway. Accepts requests from [#start] on, even before discovery has answered, until it
/// is closed. Thread-safe.
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /// A deadline ends with the head of an answer; reading the rest takes more time.
    private static final Duration TO_READ_THE_ANSWER = Duration.ofSeconds(5);

    private final GatewayConfig config;
    private final Clock clock = Clock.systemUTC();
    private final Clock steady = MonotonicClock.start(clock, System::nanoTime);
    private final Telemetry telemetry;
    private final Transports transports;
    private final ReservedPorts reserved;
    private final Discovery discovery;
    private final LiveRoutes live;
    private final Reloads reloads;
    private final HttpPort data;
    private final HttpPort admin;
    /// Closes what was started, the last started first.
    private final Deque<Runnable> stops = new ConcurrentLinkedDeque<>();
    private volatile boolean draining;

    private Gateway(StartConfiguration start, Registries registries, AdminToken token, LogWriter log)
            throws ConfigException {
        this.config = start.configuration().config();
        this.telemetry = new Telemetry(steady, config.traces().on(), otlp(config));
        stops.push(telemetry::close);
        Tracing tracing = config.traces().on() ? tracing(config.traces()) : Tracing.OFF;
        this.transports = new Transports(
                config.timeouts().connect(), new IdleTimeouts(config.timeouts().idle(), config.timeouts().stream()));
        stops.push(transports::close);
        this.reserved = new ReservedPorts(registries.addresses());
        reserved.add(config.port());
        reserved.add(config.admin().port());
        this.discovery = new Discovery(config, registries, reserved, clock);
        stops.push(discovery::close);
        var transcoders = new Transcoders();
        var upstreams = new Upstreams(discovery, this::upstream, telemetry::retired, transcoders);
        this.live = new LiveRoutes(
                start.configuration(),
                upstreams,
                new Forwarders(telemetry, config::share),
                telemetry,
                new TagRoutes(
                        config.consul().tagRules(),
                        discovery.owners(config.guard().hold())),
                clock);
        stops.push(live::close);
        this.reloads = new Reloads(start, live, telemetry);
        telemetry.live(live::now);
        var accessLog = new AccessLog(
                log,
                clock,
                new AccessLog.Share(
                        config.accessLog().unattemptedPerSecond(),
                        config.accessLog().successRatio()),
                CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
        telemetry.log(log, accessLog);
        Exchange.Listener listener = exchange -> {
            telemetry.finished(exchange);
            accessLog.finished(exchange);
        };
        var timeouts =
                new ClientTimeouts(config.timeouts().head(), config.timeouts().client(), config.timeouts().stream());
        var proxy = new ProxyHandler(
                () -> live.now().routing(),
                new ProxyHandler.Setup(
                        limits(config.limits(), timeouts),
                        new Forwarding(config.trustedProxies()),
                        transcoders,
                        tracing),
                listener,
                () -> draining);
        telemetry.inFlight(proxy::inFlight);
        telemetry.lasting(proxy::streams, proxy::tunnels);
        var adminApi = new AdminApi(live::now, telemetry, () -> draining, steady);
        int headBytes = (int) config.limits().head().bytes();
        SocketPollers.start();
        ConnectionCapacity capacity = ConnectionCapacity.of(
                config.limits().connections(), config.tls().context().isPresent());
        try {
            this.admin = new HttpPort(
                    new HttpPort.Settings(
                            config.admin().host(),
                            config.admin().port(),
                            new ClientProtocols(
                                    config.admin().tls().context(), ClientProtocols.Cleartext.PRIOR_KNOWLEDGE),
                            timeouts,
                            ConnectionLimit.of(ConnectionCapacity.ADMIN),
                            headBytes,
                            HttpPort.Paths.STRICT),
                    adminApi.handler(new AdminApi.Access(
                            config.admin().hosts(),
                            token.value(),
                            config.admin().openMetrics())),
                    exchange -> {},
                    HttpPort.Work.NONE);
            reserved.add(admin.port());
            stops.push(admin::close);
            if (config.consul().routes()) {
                watchTags();
            }
            this.data = new HttpPort(
                    new HttpPort.Settings(
                            config.host(),
                            config.port(),
                            new ClientProtocols(config.tls().context(), cleartext(config.http2())),
                            timeouts,
                            new ConnectionLimit(capacity.most(), telemetry),
                            headBytes,
                            HttpPort.Paths.LEFT_TO_HANDLER),
                    proxy,
                    listener,
                    new HttpPort.Work(this::timeToDrain, proxy::inFlight));
            reserved.add(data.port());
            stops.push(data::close);
            telemetry.connections(data::connections);
            reloads.watch();
            stops.push(reloads::close);
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
        LOG.info("limits.connections: at most {} of clients at a time, {}", capacity.most(), capacity.why());
        LOG.info(
                "listening on {}, admin on {}",
                IpAddress.withPort(config.host(), port()),
                IpAddress.withPort(config.admin().host(), adminPort()));
        LOG.info("{}", config.admin().page(adminPort(), token));
    }

    /// Starts everything.
    ///
    /// @throws ConfigException when the configuration is not valid
    /// @throws java.io.UncheckedIOException when a port is taken or not permitted
    public static Gateway start(ConfigSource source, LogWriter log) throws ConfigException {
        StartConfiguration start = StartConfiguration.load(source);
        GatewayConfig config = start.configuration().config();
        log.format(format(config.log()));
        warnOfAccess(source, config);
        AdminToken token = config.admin().readToken();
        token.readableByAll().ifPresent(why -> LOG.warn("admin.token-file is no secret: {}", why));
        return new Gateway(start, Registries.of(config), token, log);
    }

    /// The class is loaded, and with it OpenTelemetry's, only if traces are on.
    private Tracing tracing(GatewayConfig.Traces traces) throws ConfigException {
        try {
            OtlpTracing tracing = OtlpTracing.start(traces.properties());
            stops.push(tracing::close);
            return tracing;
        } catch (IllegalArgumentException e) {
            throw new ConfigException("traces: " + e.getMessage(), e);
        }
    }

    private static Optional<OtlpMeters.Settings> otlp(GatewayConfig config) {
        if (!config.meters().on()) {
            return Optional.empty();
        }
        Map<String, String> resource = new HashMap<>(config.traces().resourceAttributes());
        resource.put("service.name", config.traces().serviceName());
        return Optional.of(
                new OtlpMeters.Settings(config.meters().url(), config.meters().interval(), resource));
    }

    private static LogFormat format(GatewayConfig.Log log) {
        return switch (log.format()) {
            case LOGFMT -> LogFormat.LOGFMT;
            case JSON -> LogFormat.JSON;
        };
    }

    private static void warnOfAccess(ConfigSource source, GatewayConfig config) {
        source.writableByOthers().ifPresent(why -> LOG.warn("the configuration file is not safe: {}", why));
        config.tls().readableByAll().ifPresent(why -> LOG.warn("tls.key is no secret: {}", why));
        config.admin().tls().readableByAll().ifPresent(why -> LOG.warn("admin.tls.key is no secret: {}", why));
    }

    private static ClientProtocols.Cleartext cleartext(GatewayConfig.Http2 http2) {
        return switch (http2.cleartext()) {
            case PRIOR_KNOWLEDGE -> ClientProtocols.Cleartext.PRIOR_KNOWLEDGE;
            case UPGRADE -> ClientProtocols.Cleartext.UPGRADE;
            case OFF -> ClientProtocols.Cleartext.OFF;
        };
    }

    private static ClientLimits limits(GatewayConfig.Limits limits, ClientTimeouts timeouts) {
        return new ClientLimits(
                (int) limits.target().bytes(),
                (int) limits.replayBody().bytes(),
                limits.requestBody().bytes(),
                limits.inFlight(),
                limits.tunnels(),
                limits.streams(),
                new MinimumRate(limits.clientRate().bytes(), limits.clientGrace()),
                timeouts);
    }

    private Upstream upstream(String service, GatewayConfig.Service definition) {
        AddressCheck check = discovery
                .addresses(definition)
                .<AddressCheck>map(policy -> policy::refusal)
                .orElse(AddressCheck.ANYWHERE);
        var upstream = new Upstream(
                service,
                transports.speaking(protocol(definition), check),
                config.ejection(),
                config.guard(),
                telemetry,
                steady);
        telemetry.upstream(upstream);
        return upstream;
    }

    private static Protocol protocol(GatewayConfig.Service service) {
        return switch (service.protocol()) {
            case HTTP -> new Protocol.Http();
            case H2C -> new Protocol.H2c();
            case HTTPS -> new Protocol.Https(service.trusted(), serverName(service));
            case H2 -> new Protocol.H2(service.trusted(), serverName(service));
        };
    }

    private static Optional<String> serverName(GatewayConfig.Service service) {
        return Optional.of(service.serverName()).filter(given -> !given.isEmpty());
    }

    /// Makes routes from services' tags; until Consul answers, from the tags of the previous run.
    private void watchTags() {
        if (config.consul().tagRules().isEmpty()) {
            LOG.warn("any service may claim any host and path by its tags; consul.tag-rules limits that");
        }
        Map<String, List<String>> remembered = discovery.rememberedTags();
        if (!remembered.isEmpty()) {
            live.heard(new CatalogEvent.Listed(remembered));
        }
        ConsulCatalog catalog = discovery.catalog();
        catalog.watch(live::heard);
        stops.push(catalog::close);
    }

    /// Loads the configuration file again, even if it has not changed. A file that is not valid changes
    /// nothing.
    public void reload() {
        reloads.reload();
    }

    /// The port that clients reach.
    public int port() {
        return data.port();
    }

    /// The port that operators reach.
    public int adminPort() {
        return admin.port();
    }

    /// Reports "not ready" and continues to serve for the grace period, so that load balancers can
    /// notice.
    public void drain() throws InterruptedException {
        draining = true;
        Duration grace = config.shutdown().grace();
        LOG.info("not ready any more; requests are taken for another {} ms", grace.toMillis());
        Thread.sleep(grace);
    }

    /// The longest that requests in flight may take to finish: the configured time, or else the longest
    /// deadline of the current routes plus time to read the answer.
    Duration timeToDrain() {
        return config.shutdown().drain().orElseGet(() -> live.longestDeadline().plus(TO_READ_THE_ANSWER));
    }

    /// Accepts no more connections, lets requests in flight finish, and closes everything. A second
    /// call does nothing.
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
