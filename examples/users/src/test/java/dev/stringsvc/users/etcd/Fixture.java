package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.examples.program.Settings;
import java.time.Duration;
import java.util.Optional;

/// Settings for a program that runs within a test.
public final class Fixture {
    private Fixture() {}

    /// Any free port of the loopback, and no grace.
    public static Settings settings() {
        return settings(0);
    }

    public static Settings settings(int port) {
        return new Settings(
                "127.0.0.1", port, Optional.empty(), new Settings.Stop(Duration.ZERO, Duration.ofSeconds(10)));
    }

    /// Registered with a short lease.
    public static EtcdSettings etcd(String address) {
        return new EtcdSettings(EtcdConfig.at(address), "/services/", Optional.of(Duration.ofSeconds(2)));
    }
}
