package dev.stringsvc.gateway.discovery;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/// Ports where no instance can be: the gateway's own ports on every address of this machine, and the
/// registries' ports at their addresses, the configured ones and the usual ones. Thread-safe.
public final class ReservedPorts {
    private final Set<Integer> own = new CopyOnWriteArraySet<>();
    private final List<RegistryAddress> registries;

    public ReservedPorts(List<RegistryAddress> registries) {
        this.registries = List.copyOf(registries);
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
        for (RegistryAddress registry : registries) {
            if (registry.mayUse(port) && isAt(registry, address)) {
                return registry.name() + "'s own API";
            }
        }
        return null;
    }

    private static boolean isAt(RegistryAddress registry, InetAddress address) {
        List<InetAddress> addresses = registry.addresses();
        return addresses.contains(address)
                || (isHere(address) && addresses.stream().anyMatch(ReservedPorts::isHere));
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
