package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.client.ProblemErrorHandler;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.telemetry.Observations;
import dev.stringsvc.gateway.telemetry.Telemetry;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.WatchState;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.ProgramMeters;
import dev.stringsvc.program.Secret;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kotlin.LazyKt;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.jspecify.annotations.Nullable;

/// The admin port: `/healthz`, `/readyz`, `/metrics`, `/routes`, `/upstreams`, `/events`, `/requests`,
/// `/live`, `/loggers`, and a page at `/`. It changes nothing but levels of loggers. Thread-safe.
public final class AdminApi {
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final String SERVED =
            "The admin port has a page at /, and /openapi.json describes everything else that it serves.";

    /// Describes every path, in OpenAPI 3.1.
    private static final byte[] OPEN_API = Bundled.bytes("openapi.json");

    private final Set<String> posted = new HashSet<>();
    private final Supplier<Live> live;
    private final Telemetry telemetry;
    private final BooleanSupplier draining;
    private final Clock clock;

    /// @param live returns the live configuration
    public AdminApi(Supplier<Live> live, Telemetry telemetry, BooleanSupplier draining, Clock clock) {
        this.live = live;
        this.telemetry = telemetry;
        this.draining = draining;
        this.clock = clock;
    }

    /// The handler of the port: Javalin, as a servlet.
    public org.eclipse.jetty.server.Handler handler(Access access) {
        var token = new TokenCheck(access.token());
        var sessions = new Sessions(clock);
        var log = new RefusalLog(clock);
        var context = new ServletContextHandler("/");
        context.setErrorHandler(new ProblemErrorHandler(refused -> {}));
        Javalin javalin = javalin(new LoginApi(token, sessions, log), sessions);
        context.addServlet(new ServletHolder(javalin.javalinServlet()), "/*");
        return new AdminHosts(access.hosts(), new AdminAccess(token, sessions, log, access.openMetrics(), context));
    }

    /// Who may ask the port.
    ///
    /// @param hosts the names accepted in `Host`, besides addresses and `localhost`
    /// @param token empty if none is required
    /// @param openMetrics true if `/metrics` needs no token
    public record Access(List<String> hosts, Secret token, boolean openMetrics) {}

    Javalin javalin(LoginApi login, Sessions sessions) {
        return Javalin.create(config -> configure(config, login, sessions));
    }

    private void configure(JavalinConfig config, LoginApi login, Sessions sessions) {
        config.startup.startupWatcherEnabled = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.prefer405over404 = true;
        // Javalin's other servlet speaks WebSocket, and answers WebSocket requests with 404 and a session cookie.
        config.unsafe.servlet = LazyKt.lazyOf(new ServletEntry(null, new JavalinServlet(config.unsafe)));
        addTo(config.routes, new ServerSentEvents(sessions));
        post(config.routes, "/login", login::login);
        post(config.routes, "/logout", login::logout);
    }

    private void addTo(RoutesConfig routes, ServerSentEvents streams) {
        get(routes, "/openapi.json", ctx -> ctx.contentType("application/json").result(OPEN_API));
        get(routes, "/healthz", ctx -> Json.write(ctx, 200, new Health("ok", List.of())));
        get(routes, "/readyz", this::ready);
        get(routes, "/metrics", this::metrics);
        get(routes, "/routes", ctx -> Json.write(ctx, 200, RoutesView.of(live.get())));
        get(
                routes,
                "/upstreams",
                ctx -> Json.write(
                        ctx,
                        200,
                        Map.of(
                                "upstreams",
                                live.get().upstreams().stream().map(this::view).toList())));
        Observations observations = telemetry.observations();
        get(routes, "/events", new EventsApi(observations.events(), streams)::get);
        get(routes, "/live", new LiveApi(live, observations, clock, streams)::get);
        var requests = new RequestsApi(observations.requests());
        get(routes, "/requests", requests::list);
        get(routes, "/requests/{id}", requests::byId);
        var page = new PageApi();
        get(routes, "/", page::index);
        get(routes, "/page/{name}", page::file);
        post(routes, "/explain", new ExplainApi(live)::post);
        var loggers = new LoggersApi();
        get(routes, "/loggers", loggers::list);
        post(routes, "/loggers/{name}", loggers::set);
        routes.exception(HttpResponseException.class, (e, ctx) -> problem(ctx, e));
        routes.exception(Refusal.class, (e, ctx) -> problem(ctx, e.status(), e.detail()));
    }

    /// Answers HEAD like GET; Javalin alone would answer HEAD with 200 whatever GET answers.
    private static void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }

    private void post(RoutesConfig routes, String path, Handler handler) {
        routes.post(path, handler);
        posted.add(path);
    }

    private void metrics(Context ctx) {
        ProgramMeters.Page page = telemetry.scrape(ctx.header("Accept"));
        ctx.contentType(page.contentType()).header("Vary", "Accept").result(page.text());
    }

    private void ready(Context ctx) throws IOException {
        boolean stopping = draining.getAsBoolean();
        Live now = live.get();
        boolean ready = !stopping && now.ready();
        List<String> reasons = Stream.concat(
                        Stream.concat(
                                stopping ? Stream.of("the gateway is shutting down") : Stream.empty(),
                                unanswered(now.tags()).stream()),
                        now.upstreams().stream().map(this::unconfirmed).flatMap(Optional::stream))
                .toList();
        Json.write(ctx, ready ? 200 : 503, new Health(ready ? "ready" : "not ready", reasons));
    }

    private static Optional<String> unanswered(Live.@Nullable Tags tags) {
        return tags == null || tags.answered()
                ? Optional.empty()
                : Optional.of("services' tags: no answer from discovery yet"
                        + (tags.error() == null ? "" : ": " + tags.error()));
    }

    /// The reason why a service's instances are not confirmed by discovery; empty if they are.
    private Optional<String> unconfirmed(Upstream upstream) {
        WatchState watch = upstream.watch();
        String answer = "no answer from discovery yet" + (watch.error() == null ? "" : ": " + watch.error());
        @Nullable Instant answeredAt = watch.answeredAt();
        if (answeredAt == null) {
            return Optional.of(upstream.service() + ": " + answer);
        }
        return watch.remembered()
                ? Optional.of("%s: serving %d instances as they were known %d s ago; %s"
                        .formatted(
                                upstream.service(),
                                upstream.endpoints().size(),
                                Duration.between(answeredAt, clock.instant()).toSeconds(),
                                answer))
                : Optional.empty();
    }

    private void problem(Context ctx, HttpResponseException e) {
        if (e.getStatus() == METHOD_NOT_ALLOWED) {
            boolean isPosted = posted.contains(ctx.path()) || ctx.path().startsWith("/loggers/");
            ctx.header("Allow", isPosted ? "POST" : "GET, HEAD");
        }
        problem(ctx, e.getStatus(), SERVED);
    }

    private static void problem(Context ctx, int status, String detail) {
        ctx.status(status)
                .contentType(Problem.CONTENT_TYPE)
                .result(Problem.of(status, detail).json());
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Health(String status, List<String> reasons) {}

    /// @param refused why the current configuration file is not live
    /// @param tags the state of routes from services' tags, if they are enabled
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record RoutesView(
            String loadedAt, @Nullable RefusalView refused, List<RouteView> routes, Live.@Nullable Tags tags) {
        static RoutesView of(Live live) {
            Live.Loaded loaded = live.loaded();
            return new RoutesView(
                    loaded.at().toString(),
                    loaded.refusal() == null
                            ? null
                            : new RefusalView(String.valueOf(loaded.refusedAt()), loaded.refusal()),
                    live.routing().table().inOrder().stream().map(RouteView::of).toList(),
                    live.tags());
        }
    }

    private record RefusalView(String at, String reason) {}

    private record UpstreamView(String service, boolean panic, WatchView watch, List<InstanceView> instances) {}

    private record WatchView(
            long index,
            @Nullable Double ageSeconds,
            boolean remembered,
            @Nullable String lastError,
            int failuresInARow) {}

    private record InstanceView(
            String id,
            String address,
            int port,
            String state,
            int inFlight,
            @Nullable String lastFailure,
            String since,
            List<String> tags,
            Map<String, String> meta,
            int weight) {}

    private UpstreamView view(Upstream upstream) {
        WatchState watch = upstream.watch();
        return new UpstreamView(
                upstream.service(),
                upstream.panic(),
                new WatchView(
                        watch.index(),
                        age(watch.answeredAt()),
                        watch.remembered(),
                        watch.lastError(),
                        watch.failures()),
                upstream.all().stream().map(AdminApi::view).toList());
    }

    private @Nullable Double age(@Nullable Instant answeredAt) {
        return answeredAt == null
                ? null
                : Duration.between(answeredAt, clock.instant()).toMillis() / 1000.0;
    }

    private static InstanceView view(Endpoint endpoint) {
        var instance = endpoint.instance();
        return new InstanceView(
                instance.id(),
                IpAddress.canonical(instance.host()),
                instance.port(),
                endpoint.state().word(),
                endpoint.inFlight(),
                endpoint.lastFailure(),
                endpoint.since().toString(),
                instance.tags(),
                instance.meta(),
                instance.weight());
    }
}
