package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.program.Check;
import java.time.Duration;
import java.util.Optional;

/// How a program uses etcd.
///
/// @param etcd   how to reach etcd
/// @param prefix what the keys of all services begin with, such as `/services/`
/// @param lease  how long the key in etcd stays after the program was killed; empty not to register
public record EtcdSettings(EtcdConfig etcd, String prefix, Optional<Duration> lease) {
    public EtcdSettings {
        Check.that(prefix.startsWith("/") && prefix.endsWith("/"), "--prefix", "a text that begins and ends with /");
        Check.that(lease.map(Duration::isPositive).orElse(true), "--lease", "more than 0s");
    }

    /// What the keys of a service's instances begin with.
    String keysOf(String service) {
        return prefix + service + "/";
    }
}
