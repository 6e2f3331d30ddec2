package dev.stringsvc.gateway.discovery;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/// Ports where no instance can be: the gateway's own ports on every address of this machine, and
/// Consul's ports at Consul's address, the configured one and an agent's default ones. Thread-safe.
public final class ReservedPorts {
    /// HTTP, HTTPS, gRPC and gRPC over TLS.
    private static final int FIRST_OF_CONSUL = 8500;

    private static final int LAST_OF_CONSUL = 8503;

    private final Set<Integer> own = new CopyOnWriteArraySet<>();
    private final String consul;
    private final int consulPort;

    /// @param consul the name or the address of Consul, IPv6 without brackets
    public ReservedPorts(String consul, int consulPort) {
        this.consul = consul;
        this.consulPort = consulPort;
    }

    /// Adds a port of the gateway. 0, a port that is not chosen yet, is ignored.
    public void add(int port) {
        if (port != 0) {
            own.add(port);
        }
    }

    /// What listens there instead of an instance, as a noun; `null` if the port is not reserved.
    @Nullable
    String holder(InetAddress address, int port) {
        if (own.contains(port) && isHere(address)) {
            return "the gateway's own port";
        }
        return isConsulPort(port) && isConsul(address) ? "Consul's own API" : null;
    }

    private boolean isConsulPort(int port) {
        return port == consulPort || (port >= FIRST_OF_CONSUL && port <= LAST_OF_CONSUL);
    }

    /// True if Consul is reached over the loopback, so that instances may be on this machine too.
    boolean isConsulHere() {
        List<InetAddress> addresses = consulAddresses();
        return !addresses.isEmpty() && addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    private boolean isConsul(InetAddress address) {
        List<InetAddress> addresses = consulAddresses();
        return addresses.contains(address)
                || (isHere(address) && addresses.stream().anyMatch(ReservedPorts::isHere));
    }

    /// Looks up Consul's addresses, which the JVM caches for a while; empty if the name cannot be
    /// resolved.
    private List<InetAddress> consulAddresses() {
        try {
            return Arrays.asList(InetAddress.getAllByName(consul));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    private static boolean isHere(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
