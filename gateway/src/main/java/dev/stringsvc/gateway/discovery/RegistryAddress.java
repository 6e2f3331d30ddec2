package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Where a registry is, which decides where its instances may be.
///
/// @param name for messages: Consul, etcd
/// @param setting the key of the ranges that its instances may be in
/// @param members where it is reached
/// @param usual the ports that its members use by default
public record RegistryAddress(String name, String setting, List<HostPort> members, Set<Integer> usual) {
    /// HTTP, HTTPS, gRPC and gRPC over TLS.
    private static final Set<Integer> CONSUL = Set.of(8500, 8501, 8502, 8503);
    /// Clients, and other members.
    private static final Set<Integer> ETCD = Set.of(2379, 2380);

    public RegistryAddress {
        members = List.copyOf(members);
        usual = Set.copyOf(usual);
    }

    public static RegistryAddress consul(HostPort agent) {
        return new RegistryAddress("Consul", "consul.addresses", List.of(agent), CONSUL);
    }

    public static RegistryAddress etcd(List<HostPort> members) {
        return new RegistryAddress("etcd", "etcd.addresses", members, ETCD);
    }

    boolean mayUse(int port) {
        return usual.contains(port) || members.stream().anyMatch(member -> member.port() == port);
    }

    /// True if the registry is reached over the loopback, so that instances may be on this machine too.
    boolean isHere() {
        List<InetAddress> addresses = addresses();
        return !addresses.isEmpty() && addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    /// The addresses of all members, which the JVM caches for a while. A name that cannot be resolved
    /// has none.
    List<InetAddress> addresses() {
        return members.stream().flatMap(RegistryAddress::addresses).toList();
    }

    private static Stream<InetAddress> addresses(HostPort member) {
        try {
            return Stream.of(InetAddress.getAllByName(member.host()));
        } catch (UnknownHostException e) {
            return Stream.empty();
        }
    }
}
