package dev.stringsvc.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for programs that cannot be started on port 0.
public final class Ports {
    private static final int FIRST = 12_000;
    /// Where Linux begins to hand out ports for outgoing connections. A port from there would not stay free: while
    /// nothing listens on it, a client that keeps trying to reach it can be given that very port and connect to
    /// itself, and then the server that a test restarts finds its port taken.
    private static final int END = 32_768;

    private Ports() {}

    /// A port of the loopback address that is free now, for TCP and UDP. Somebody else may take it before it is used.
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + END);
    }

    private static boolean isFree(int port) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (var tcp = new ServerSocket();
                var _ = new DatagramSocket(address)) {
            tcp.bind(address);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
