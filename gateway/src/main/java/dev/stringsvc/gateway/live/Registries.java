package dev.stringsvc.gateway.live;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.EtcdEndpoint;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.RegistryAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How the registries are reached.
///
/// @param etcd empty if it is not configured
public record Registries(ConsulSettings consul, Optional<EtcdConfig> etcd) {
    /// Reads the files that hold secrets.
    ///
    /// @throws ConfigException if one cannot be read, or a value cannot be sent
    public static Registries of(GatewayConfig config) throws ConfigException {
        return new Registries(config.consul().settings(), config.etcd().settings());
    }

    /// Where they are.
    public List<RegistryAddress> addresses() {
        List<RegistryAddress> all = new ArrayList<>();
        all.add(addressOfConsul());
        etcd.map(Registries::addressOf).ifPresent(all::add);
        return all;
    }

    RegistryAddress addressOfConsul() {
        return RegistryAddress.consul(consul.address().hostPort());
    }

    static RegistryAddress addressOf(EtcdConfig etcd) {
        return RegistryAddress.etcd(
                etcd.endpoints().stream().map(EtcdEndpoint::hostPort).toList());
    }
}
