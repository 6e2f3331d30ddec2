package dev.stringsvc.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Finds the address of this machine that others see.
public final class LocalAddress {
    private LocalAddress() {}

    /// The local address that the kernel uses to reach `peer`. Connecting a datagram socket chooses a
    /// route and sends nothing. For a Consul on the same machine it is the loopback; for a Consul in
    /// another container it is the container's address.
    ///
    /// @throws IOException if the name does not resolve or there is no route to it; the message is for
    /// the log
    public static String towards(HostPort peer) throws IOException {
        var address = new InetSocketAddress(peer.host(), peer.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException("the host name '" + peer.host() + "' does not resolve");
        }
        try (var socket = new DatagramSocket()) {
            socket.connect(address);
            InetAddress local = socket.getLocalAddress();
            if (local.isAnyLocalAddress()) {
                throw new IOException("there is no route to " + peer);
            }
            return IpAddress.text(local);
        } catch (UncheckedIOException e) {
            throw new IOException("there is no route to " + peer, e);
        }
    }
}
