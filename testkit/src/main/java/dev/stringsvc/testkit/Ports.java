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

/// Finds free ports for programs that cannot be started on port 0.
public final class Ports {
    private static final int FIRST = 12_000;
    /// The first port that Linux gives to outgoing connections. A test must not use those: while its
    /// server is down, a client that retries can be given that very port and connect to itself, and
    /// then the server cannot listen on it again.
    private static final int END = 32_768;

    /// The ports given so far. Among four random ports of twenty thousand, two are equal once in some
    /// 3,500 times. A program that is told to listen on both would not start.
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /// A port of the loopback address that is free now for TCP and UDP; another one with each call.
    /// Another program may take it before it is used. Thread-safe.
    public static int free() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + END);
    }

    /// The first port from `first` on that is free and was not given before. Thread-safe.
    public static int freeFrom(int first) {
        for (int port = first; port < END; port++) {
            if (isFree(port) && claim(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + first + " and " + END);
    }

    /// Reserves this port. Returns false if it was given before or a program listens on it.
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
