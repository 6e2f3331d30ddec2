package dev.stringsvc.users.shared;

import dev.stringsvc.etcd.EtcdConfig;
import java.time.Duration;
import java.util.Optional;

/// Settings for a program that runs within a test.
public final class Fixture {
    private Fixture() {}

    /// Any free port of the loopback, registered with a short lease, and no grace.
    public static Settings settings(String etcd) {
        return settings(etcd, 0);
    }

    public static Settings settings(String etcd, int port) {
        return new Settings(
                "127.0.0.1",
                port,
                Optional.empty(),
                EtcdConfig.at(etcd),
                "/services/",
                Optional.of(Duration.ofSeconds(2)),
                new Settings.Stop(Duration.ZERO, Duration.ofSeconds(10)));
    }
}
