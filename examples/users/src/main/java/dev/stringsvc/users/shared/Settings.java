package dev.stringsvc.users.shared;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.HostPort;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// The settings that both programs have.
///
/// @param host      the address to listen on; a wildcard address listens on all
/// @param port      the port to listen on; 0 picks a free one
/// @param advertise the address at which others reach the program; empty to find it out
/// @param etcd      how to reach etcd
/// @param prefix    what the keys of all services begin with, such as `/services/`
/// @param lease     how long the key in etcd stays after the program was killed; empty not to
/// register
/// @param stop      how the program stops
public record Settings(
        String host,
        int port,
        Optional<Advertise> advertise,
        EtcdConfig etcd,
        String prefix,
        Optional<Duration> lease,
        Stop stop) {
    public Settings {
        Check.port(port);
        Check.that(prefix.startsWith("/") && prefix.endsWith("/"), "--prefix", "a text that begins and ends with /");
        Check.that(lease.map(Duration::isPositive).orElse(true), "--lease", "more than 0s");
    }

    /// The address at which others reach the program. Without a port it is the one that the program
    /// listens on.
    public record Advertise(String host, OptionalInt port) {
        HostPort with(int listening) {
            return new HostPort(host, port.orElse(listening));
        }
    }

    /// @param grace how long the program serves on after it has deregistered
    /// @param drain the longest wait for requests in flight
    public record Stop(Duration grace, Duration drain) {}

    /// What the keys of a service's instances begin with.
    public String keysOf(String service) {
        return prefix + service + "/";
    }
}
