package dev.stringsvc.etcd;

import java.time.Duration;

/// What a call to etcd may take.
///
/// @param connect for a connection, with each endpoint
/// @param answer  for a whole call, with each endpoint
/// @param silence a watch that hears nothing for this long is opened anew, because the connection
/// may be dead
/// @param bytes   the largest answer; also the largest single message of a watch
public record EtcdLimits(Duration connect, Duration answer, Duration silence, int bytes) {
    public static final EtcdLimits DEFAULT =
            new EtcdLimits(Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(30), 8 << 20);
}
