package dev.stringsvc.service;

import dev.stringsvc.service.Settings.Advertise;
import dev.stringsvc.service.Settings.ConsulSettings;
import dev.stringsvc.service.registration.HostPort;
import dev.stringsvc.service.registration.Instance;
import dev.stringsvc.service.registration.LocalAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What this process tells Consul of itself, with the address that it has at the moment.
final class Self implements Instance.Source {
    private static final String NAME = "stringsvc";
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final Settings settings;
    private final ConsulSettings consul;
    private final int port;
    private final String id;

    /// @param port the port it listens on
    Self(Settings settings, ConsulSettings consul, int port) {
        this.settings = settings;
        this.consul = consul;
        this.port = port;
        this.id = settings.id().orElseGet(() -> NAME + "-" + hostname() + "-" + port);
    }

    @Override
    public Instance current() throws IOException {
        return new Instance(
                id,
                NAME,
                address(),
                settings.tags(),
                Map.of("version", Version.text()),
                consul.checkInterval(),
                consul.deregisterAfter());
    }

    private HostPort address() throws IOException {
        Optional<Advertise> advertise = settings.advertise();
        if (advertise.isPresent()) {
            return new HostPort(advertise.get().host(), advertise.get().port().orElse(port));
        }
        boolean everywhere = EVERYWHERE.contains(settings.host());
        return new HostPort(everywhere ? LocalAddress.towards(consul.address().hostPort()) : settings.host(), port);
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
