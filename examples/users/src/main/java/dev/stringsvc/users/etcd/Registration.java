package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.LeasedKey;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LocalAddress;
import java.io.IOException;
import java.util.Optional;

/// What a program registers in etcd: the key `PREFIX/SERVICE/HOST:PORT` with the value `HOST:PORT`.
///
/// @param port the port that it listens on
record Registration(Settings settings, EtcdSettings etcd, String service, int port) implements LeasedKey.Source {
    @Override
    public LeasedKey.Entry current() throws IOException {
        String address = address(settings, etcd.etcd(), port).toString();
        return new LeasedKey.Entry(etcd.keysOf(service) + address, address);
    }

    static HostPort address(Settings settings, EtcdConfig etcd, int port) throws IOException {
        Optional<HostPort> given = settings.address(port);
        if (given.isPresent()) {
            return given.get();
        }
        return new HostPort(LocalAddress.towards(etcd.endpoints().getFirst().hostPort()), port);
    }
}
