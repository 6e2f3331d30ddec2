package dev.stringsvc.gateway.transport;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Decides which addresses may be connected to. It is asked before each connection, since a name may
/// resolve to another address later.
@FunctionalInterface
public interface AddressCheck {
    /// Allows every address.
    AddressCheck ANYWHERE = (address, port) -> null;

    /// Why a connection is refused, as a sentence for operators; `null` if it is allowed.
    @Nullable
    String refusal(InetAddress address, int port);
}
