package dev.stringsvc.users.notificator;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.examples.program.Options;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.examples.rpc.GrpcServer;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.users.etcd.EtcdDiscovery;
import dev.stringsvc.users.etcd.EtcdSettings;
import dev.stringsvc.users.etcd.Registered;

/// One instance of notificator: a gRPC server that is registered in etcd.
final class Notificator implements Options.Service {
    private static final String NAME = "notificator";

    private final GrpcServer server;
    private final EtcdClient etcd;
    private final Registered registered;

    private Notificator(GrpcServer server, EtcdDiscovery etcd, Settings settings) {
        this.server = server;
        this.etcd = etcd.client();
        this.registered = Registered.start(etcd, settings, NAME, server.port());
    }

    /// Listens, and starts to register without waiting for etcd. A line about each call goes to
    /// `calls`.
    ///
    /// @throws java.io.UncheckedIOException if it cannot listen; the cause has Java's reason
    static Notificator start(Settings settings, EtcdSettings etcd, LogWriter calls) {
        GrpcServer server = GrpcServer.start(settings, new Emails(calls));
        return new Notificator(server, new EtcdDiscovery(new EtcdClient(etcd.etcd()), etcd), settings);
    }

    @Override
    public void close() {
        server.stop(registered::end);
        etcd.close();
    }
}
