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

/// Ports that are never an instance's: the gateway's own, on every address of this machine, and Consul's. At Consul's
/// address these are the configured one and those that an agent has by default, for it may listen on several at once.
/// Thread-safe.
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

    /// Adds a port of the gateway's own. 0, which is no port yet, is left out.
    public void add(int port) {
        if (port != 0) {
            own.add(port);
        }
    }

    /// What is there instead of an instance; `null` where nothing is known to be.
    @Nullable
    String holder(InetAddress address, int port) {
        if (own.contains(port) && isHere(address)) {
            return "a port of the gateway's own";
        }
        return isConsulPort(port) && isConsul(address) ? "Consul's own API" : null;
    }

    private boolean isConsulPort(int port) {
        return port == consulPort || (port >= FIRST_OF_CONSUL && port <= LAST_OF_CONSUL);
    }

    /// True if Consul is asked over the loopback, so that it and its instances may be on this machine.
    boolean isConsulHere() {
        List<InetAddress> addresses = consulAddresses();
        return !addresses.isEmpty() && addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    private boolean isConsul(InetAddress address) {
        List<InetAddress> addresses = consulAddresses();
        return addresses.contains(address)
                || (isHere(address) && addresses.stream().anyMatch(ReservedPorts::isHere));
    }

    /// Those of a name are looked up; the JVM keeps them for a while. None where it can't be resolved.
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
