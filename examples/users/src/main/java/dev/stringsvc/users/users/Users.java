package dev.stringsvc.users.users;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.users.shared.Program;
import dev.stringsvc.users.shared.Registered;
import dev.stringsvc.users.shared.Settings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One instance of users: an HTTP server that is registered in etcd, and a client of all
/// notificators there.
final class Users implements Program.Service {
    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private static final String NAME = "users";

    private final HttpServer server;
    private final EtcdClient etcd;
    private final Notificators notificators;
    private final Registered registered;

    private Users(HttpServer server, EtcdClient etcd, Notificators notificators, Settings settings) {
        this.server = server;
        this.etcd = etcd;
        this.notificators = notificators;
        this.registered = Registered.start(etcd, settings, NAME, server.port());
    }

    /// Listens, and starts to register and to look for notificators without waiting for etcd.
    ///
    /// @param timeout the longest wait for notificator
    /// @param calls   where a line about each call goes
    /// @throws java.io.UncheckedIOException if it cannot listen; the cause has Java's reason
    static Users start(Settings settings, Duration timeout, LogWriter calls) {
        var etcd = new EtcdClient(settings.etcd());
        var notificators = new Notificators(etcd, settings, timeout);
        try {
            HttpServer server = HttpServer.start(
                    settings.host(),
                    settings.port(),
                    new CreateApi(notificators, calls),
                    settings.stop().drain());
            LOG.info("listening on {}", IpAddress.withPort(settings.host(), server.port()));
            return new Users(server, etcd, notificators, settings);
        } catch (RuntimeException e) {
            notificators.close();
            etcd.close();
            throw e;
        }
    }

    int port() {
        return server.port();
    }

    /// Deregisters, serves on for the grace, then stops accepting connections and answers the
    /// requests in flight. Health is 503 from the beginning.
    @Override
    public void close() {
        server.drain();
        try {
            registered.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("accepting no more connections; requests in flight: {}", server.inFlight());
        server.stop();
        notificators.close();
        etcd.close();
        LOG.info("stopped");
    }
}
