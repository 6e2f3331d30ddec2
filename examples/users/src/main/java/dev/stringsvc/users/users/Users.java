package dev.stringsvc.users.users;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.examples.http.HttpServer;
import dev.stringsvc.examples.program.Options;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.users.etcd.EtcdDiscovery;
import dev.stringsvc.users.etcd.EtcdSettings;
import dev.stringsvc.users.etcd.Registered;
import java.time.Duration;

/// One instance of users: an HTTP server that is registered in etcd, and a client of all
/// notificators there.
final class Users implements Options.Service {
    private static final String NAME = "users";

    private final HttpServer server;
    private final EtcdClient etcd;
    private final Notificators notificators;
    private final Registered registered;

    private Users(HttpServer server, EtcdDiscovery etcd, Notificators notificators, Settings settings) {
        this.server = server;
        this.etcd = etcd.client();
        this.notificators = notificators;
        this.registered = Registered.start(etcd, settings, NAME, server.port());
    }

    /// What a start needs besides the settings that all programs have.
    ///
    /// @param timeout the longest wait for notificator
    record Needs(EtcdSettings etcd, Duration timeout) {}

    /// Listens, and starts to register and to look for notificators without waiting for etcd.
    ///
    /// @param calls where a line about each call goes
    /// @throws java.io.UncheckedIOException if it cannot listen; the cause has Java's reason
    static Users start(Settings settings, Needs needs, LogWriter calls) {
        var etcd = new EtcdDiscovery(new EtcdClient(needs.etcd().etcd()), needs.etcd());
        var notificators = new Notificators(etcd, needs.timeout());
        var api = new CreateApi(notificators, calls);
        try {
            HttpServer server = HttpServer.start(settings, routes -> routes.post("/create", api::create));
            return new Users(server, etcd, notificators, settings);
        } catch (RuntimeException e) {
            notificators.close();
            etcd.client().close();
            throw e;
        }
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop(registered::end);
        notificators.close();
        etcd.close();
    }
}
