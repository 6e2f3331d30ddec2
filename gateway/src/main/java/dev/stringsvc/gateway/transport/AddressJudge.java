package dev.stringsvc.gateway.transport;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Says where connections may go. Asked for each address before it is connected to, so that a name can't
/// lead elsewhere tomorrow than today.
@FunctionalInterface
public interface AddressJudge {
    /// Lets connections go everywhere.
    AddressJudge ANYWHERE = (address, port) -> null;

    /// Why a connection may not be made, as a sentence for operators; `null` where it may.
    @Nullable
    String refusal(InetAddress address, int port);
}
