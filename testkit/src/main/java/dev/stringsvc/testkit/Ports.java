package dev.stringsvc.testkit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for programs that cannot be started on port 0.
public final class Ports {
    private static final int FIRST = 12_000;
    /// Where Linux begins to hand out ports for outgoing connections. A port from there would not stay free: while
    /// nothing listens on it, a client that keeps trying to reach it can be given that very port and connect to
    /// itself, and then the server that a test restarts finds its port taken.
    private static final int END = 32_768;

    /// What was given before. Of four ports drawn from twenty thousand two are the same once in some 3,500 times, and
    /// then a program that is told to listen on both does not start.
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /// A port of the loopback address that is free now, for TCP and UDP, and another one with each call. Some other
    /// program may take it before it is used. Safe for use by many threads.
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + END);
    }

    /// The first port from `first` on that is free and was not given before. Safe for use by many threads.
    public static int freeFrom(int first) {
        for (int port = first; port < END; port++) {
            if (isFree(port) && claim(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + first + " and " + END);
    }

    /// Reserves this port. False if it was given before, or a program listens on it.
    public static boolean claim(int port) {
        return !isListening(port) && GIVEN.add(port);
    }

    private static boolean isListening(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException refused) {
            return false;
        }
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
