package dev.stringsvc.users.shared;

import dev.stringsvc.etcd.LeasedKey;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LocalAddress;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// What a program registers in etcd: the key `PREFIX/SERVICE/HOST:PORT` with the value `HOST:PORT`.
///
/// @param port the port that it listens on
record Registration(Settings settings, String service, int port) implements LeasedKey.Source {
    private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    @Override
    public LeasedKey.Entry current() throws IOException {
        String address = address().toString();
        return new LeasedKey.Entry(settings.keysOf(service) + address, address);
    }

    private HostPort address() throws IOException {
        Optional<Settings.Advertise> advertise = settings.advertise();
        if (advertise.isPresent()) {
            return advertise.get().with(port);
        }
        if (!EVERYWHERE.contains(settings.host())) {
            return new HostPort(settings.host(), port);
        }
        return new HostPort(
                LocalAddress.towards(settings.etcd().endpoints().getFirst().hostPort()), port);
    }
}
