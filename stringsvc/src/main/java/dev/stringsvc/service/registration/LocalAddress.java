package dev.stringsvc.service.registration;

import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// The address of this machine that others see, found without being told.
public final class LocalAddress {
    private LocalAddress() {}

    /// Asks the kernel which of its addresses it would use to reach `peer`: connecting a datagram socket picks a
    /// route and sends nothing. That is the loopback for a Consul on the same machine, and the container's address
    /// for a Consul in another container.
    ///
    /// @throws IOException with a sentence for the log where the name does not resolve or no route leads there
    public static String towards(HostPort peer) throws IOException {
        var address = new InetSocketAddress(peer.host(), peer.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException("the host name '" + peer.host() + "' does not resolve");
        }
        try (var socket = new DatagramSocket()) {
            socket.connect(address);
            InetAddress local = socket.getLocalAddress();
            if (local.isAnyLocalAddress()) {
                throw new IOException("no route leads to " + peer);
            }
            return IpAddress.text(local);
        } catch (UncheckedIOException e) {
            throw new IOException("no route leads to " + peer, e);
        }
    }
}
