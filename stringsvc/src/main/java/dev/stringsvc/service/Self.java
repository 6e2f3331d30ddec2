package dev.stringsvc.service;

import dev.stringsvc.consul.registration.HealthCheck;
import dev.stringsvc.consul.registration.Instance;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LocalAddress;
import dev.stringsvc.service.Settings.Advertise;
import dev.stringsvc.service.Settings.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What this process registers in Consul, with its current address.
final class Self implements Instance.Source {
    static final String NAME = "stringsvc";
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final Settings settings;
    private final Registration registration;
    private final int port;
    private final String id;

    /// @param port the port that the instance listens on
    Self(Settings settings, Registration registration, int port) {
        this.settings = settings;
        this.registration = registration;
        this.port = port;
        this.id = id(settings, port);
    }

    /// The instance's id in Consul.
    static String id(Settings settings, int port) {
        return settings.id().orElseGet(() -> NAME + "-" + hostname() + "-" + port);
    }

    String id() {
        return id;
    }

    /// The advertised address, else `--host` unless it is a wildcard, else the local address that the
    /// kernel uses to reach Consul. If that is the loopback, Consul's agent runs on this machine, so
    /// others reach the instance at the address of the agent's node.
    @Override
    public Instance current() throws IOException {
        Optional<HostPort> configured = configured();
        if (configured.isPresent()) {
            return at(configured.get(), false);
        }
        String local = LocalAddress.towards(registration.consul().address().hostPort());
        return at(new HostPort(local, port), InetAddress.ofLiteral(local).isLoopbackAddress());
    }

    private Instance at(HostPort address, boolean atNode) {
        return new Instance(
                id,
                NAME,
                address,
                atNode,
                settings.tags(),
                Map.of("version", Version.text()),
                new HealthCheck(
                        HealthCheck.Protocol.HTTP, registration.checkInterval(), registration.deregisterAfter()));
    }

    private Optional<HostPort> configured() {
        Optional<Advertise> advertise = settings.advertise();
        if (advertise.isPresent()) {
            return Optional.of(
                    new HostPort(advertise.get().host(), advertise.get().port().orElse(port)));
        }
        boolean everywhere = EVERYWHERE.contains(settings.host());
        return everywhere ? Optional.empty() : Optional.of(new HostPort(settings.host(), port));
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
