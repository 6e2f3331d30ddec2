package dev.stringsvc.examples.program;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.tracing.Tracing;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The settings that all programs have: where they listen, and how they stop.
///
/// @param host      the address to listen on; a wildcard address listens on all
/// @param port      the port to listen on; 0 picks a free one
/// @param advertise the address at which others reach the program; empty to find it out
/// @param stop      how the program stops
/// @param tracing   starts to trace; is given the port that the program listens on
public record Settings(String host, int port, Optional<Advertise> advertise, Stop stop, IntFunction<Tracing> tracing) {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    public Settings {
        Check.port(port);
    }

    /// Without traces.
    public Settings(String host, int port, Optional<Advertise> advertise, Stop stop) {
        this(host, port, advertise, stop, listening -> Tracing.OFF);
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
    public record Stop(Duration grace, Duration drain) {
        /// Waits until callers have had the time to notice that the program is deregistered.
        public void serveOn() throws InterruptedException {
            if (grace.isPositive()) {
                LOG.info("serving on for {} ms, so that callers notice that it stops", grace.toMillis());
                Thread.sleep(grace);
            }
        }
    }

    /// The address that the settings give: the advertised one, else the one that the program listens
    /// on, if that is a single one.
    ///
    /// @param listening the port that the program listens on
    /// @return empty if the program has to find out its address
    public Optional<HostPort> address(int listening) {
        if (advertise.isPresent()) {
            return Optional.of(advertise.get().with(listening));
        }
        return EVERYWHERE.contains(host) ? Optional.empty() : Optional.of(new HostPort(host, listening));
    }
}
