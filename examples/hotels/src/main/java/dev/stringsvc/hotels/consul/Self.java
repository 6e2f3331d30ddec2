package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.consul.registration.HealthCheck;
import dev.stringsvc.consul.registration.Instance;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.examples.program.Version;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LocalAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;

/// What this process registers in Consul, with its current address.
///
/// @param port the port that it listens on
record Self(Settings settings, ConsulSettings consul, ConsulUse.Registration how, Role role, int port)
        implements Instance.Source {
    /// The address that the settings give, else the local address that the kernel uses to reach Consul.
    /// If that is the loopback, Consul's agent runs on this machine, so others reach the instance at the
    /// address of the agent's node.
    @Override
    public Instance current() throws IOException {
        Optional<HostPort> given = settings.address(port);
        if (given.isPresent()) {
            return at(given.get(), false);
        }
        String local = LocalAddress.towards(consul.address().hostPort());
        return at(new HostPort(local, port), InetAddress.ofLiteral(local).isLoopbackAddress());
    }

    private Instance at(HostPort address, boolean atNode) {
        return new Instance(
                id(how.id(), role.name(), port),
                role.name(),
                address,
                atNode,
                role.tags(),
                Map.of("version", Version.of(Self.class), "protocol", role.protocolName()),
                new HealthCheck(role.protocol(), how.checkInterval(), how.deregisterAfter()));
    }

    /// The instance's id in Consul.
    static String id(Optional<String> given, String role, int port) {
        return given.orElseGet(() -> role + "-" + hostname() + "-" + port);
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
