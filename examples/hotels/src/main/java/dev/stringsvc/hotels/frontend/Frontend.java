package dev.stringsvc.hotels.frontend;

import dev.stringsvc.examples.http.HttpServer;
import dev.stringsvc.examples.program.Options;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.hotels.consul.ConsulUse;
import dev.stringsvc.hotels.consul.Registered;
import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.hotels.rpc.Services;
import dev.stringsvc.program.LogWriter;
import java.time.Duration;

/// One instance of frontend: an HTTP server that is registered in Consul, and a client of search,
/// profile and rate.
final class Frontend implements Options.Service {
    private static final Role ROLE = Role.http("frontend");

    private final HttpServer server;
    private final Services services;
    private final Registered registered;

    private Frontend(HttpServer server, Services services, Registered registered) {
        this.server = server;
        this.services = services;
        this.registered = registered;
    }

    /// What a start needs besides the settings that all programs have.
    ///
    /// @param timeout the longest wait for all services that a request needs
    record Needs(ConsulUse consul, Duration timeout) {}

    /// Listens, and starts to register and to look for the services without waiting for Consul.
    ///
    /// @param calls where a line about each request goes
    /// @throws java.io.UncheckedIOException if it cannot listen; the cause has Java's reason
    static Frontend start(Settings settings, Needs needs, LogWriter calls) {
        var services = Services.in(needs.consul().consul());
        try {
            HttpServer server = serve(settings, new Backend(services, needs.timeout()), calls);
            return new Frontend(server, services, Registered.start(needs.consul(), settings, ROLE, server.port()));
        } catch (RuntimeException e) {
            services.close();
            throw e;
        }
    }

    /// Listens.
    ///
    /// @throws java.io.UncheckedIOException if it cannot listen; the cause has Java's reason
    static HttpServer serve(Settings settings, Backend backend, LogWriter calls) {
        var endpoint = new Endpoint(backend, calls);
        return HttpServer.start(settings, routes -> {
            routes.get("/hotels", ctx -> endpoint.answer(ctx, HotelsApi::answer));
            routes.get("/rates", ctx -> endpoint.answer(ctx, RatesApi::answer));
            routes.get("/", Page::index);
            routes.get("/<file>", Page::file);
        });
    }

    @Override
    public void close() {
        server.stop(registered::end);
        services.close();
    }
}
