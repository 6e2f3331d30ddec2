package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.LeasedKey;
import dev.stringsvc.examples.program.Settings;
import java.util.Optional;

/// A program's registration in etcd, until it is ended.
public final class Registered {
    private final Optional<LeasedKey> key;

    private Registered(Optional<LeasedKey> key) {
        this.key = key;
    }

    /// Starts to register, unless the settings say not to, and returns at once. etcd may be away.
    ///
    /// @param port the port that the program listens on
    public static Registered start(EtcdDiscovery etcd, Settings settings, String service, int port) {
        EtcdClient client = etcd.client();
        var source = new Registration(settings, etcd.settings(), service, port);
        return new Registered(etcd.settings().lease().map(ttl -> LeasedKey.start(client, ttl, source)));
    }

    /// Deregisters.
    public void end() {
        key.ifPresent(LeasedKey::close);
    }
}
