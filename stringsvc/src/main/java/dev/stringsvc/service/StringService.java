package dev.stringsvc.service;

import dev.stringsvc.consul.registration.LocalAgent;
import dev.stringsvc.consul.registration.Pace;
import dev.stringsvc.consul.registration.Registrar;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.service.http.HttpServer;
import dev.stringsvc.tracing.Tracing;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One instance of the string service. At the start it warms up, listens and registers; at the end it
/// deregisters, drains and stops listening. Thread-safe.
final class StringService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StringService.class);

    private final HttpServer server;
    private final Optional<Registration> registration;
    private final Duration grace;
    private final Duration drain;

    private StringService(HttpServer server, Optional<Registration> registration, Duration grace, Duration drain) {
        this.server = server;
        this.registration = registration;
        this.grace = grace;
        this.drain = drain;
    }

    /// Listens, and starts to register without waiting for Consul. Each call is logged to `calls`.
    ///
    /// It warms up first. Otherwise the instance would be healthy long before it is in Consul, and
    /// `docker compose up --wait` would return too early.
    ///
    /// @param environment has OpenTelemetry's variables
    /// @throws IllegalArgumentException if one of them is not valid; the message is for the user
    /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
    static StringService start(Settings settings, Environment environment, LogWriter calls) {
        if (settings.registration().isPresent()) {
            WarmUp.run();
        }
        HttpServer server = HttpServer.start(
                settings.host(),
                settings.port(),
                calls,
                port -> Tracing.start(environment, new Tracing.Program(Self.NAME, Self.id(settings, port))));
        LOG.info("listening on {}", IpAddress.withPort(settings.host(), server.port()));
        var registration = settings.registration().map(how -> register(settings, how, server.port()));
        return new StringService(server, registration, settings.grace(), settings.drain());
    }

    private static Registration register(Settings settings, Settings.Registration how, int port) {
        var agent = new LocalAgent(how.consul());
        var self = new Self(settings, how, port);
        if (settings.port() == 0 && settings.id().isEmpty()) {
            LOG.warn("--port 0 without --id: the id in Consul, {}, will change at a restart", self.id());
        }
        return new Registration(agent, Registrar.start(agent, self, Pace.standard(RandomGenerator.getDefault())));
    }

    /// The port that it listens on, also when the settings say 0.
    int port() {
        return server.port();
    }

    /// Deregisters, serves on for the grace, then stops accepting connections and answers the requests
    /// in flight. Health is 503 from the beginning. Takes the grace, plus at most four seconds for
    /// Consul and at most the drain.
    @Override
    public void close() {
        server.drain();
        registration.ifPresent(Registration::close);
        try {
            if (grace.isPositive()) {
                LOG.info("serving on for {} ms, so that callers notice that it stops", grace.toMillis());
                Thread.sleep(grace);
            }
            LOG.info("accepting no more connections; requests in flight: {}", server.inFlight());
            if (server.stop(drain)) {
                LOG.info("stopped, every request was answered");
            } else {
                LOG.warn("stopped, requests that took longer than {} ms were cut off", drain.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Registration(LocalAgent agent, Registrar registrar) {
        void close() {
            registrar.close();
            agent.close();
        }
    }
}
