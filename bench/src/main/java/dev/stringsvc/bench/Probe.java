package dev.stringsvc.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Sends one request on a new connection.
final class Probe {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Probe() {}

    /// The complete answer to `POST path`, head and body. Empty if nothing listens or the connection
    /// breaks.
    static String post(int port, String path) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            String request = """
                    POST %s HTTP/1.1\r
                    Host: 127.0.0.1:%d\r
                    Connection: close\r
                    Content-Length: 12\r
                    \r
                    {"s": "foo"}""".formatted(path, port);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException notYet) {
            return "";
        }
    }

    static boolean isOk(String answer) {
        return answer.startsWith("HTTP/1.1 200");
    }

    /// Sends a request every 5 ms until the answer is 200 and contains `wanted`.
    static void await(int port, String path, String wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String answer = post(port, path);
        while (!isOk(answer) || !answer.contains(wanted)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("port %d, %s: in %d s no 200 with '%s', but: %s"
                        .formatted(port, path, PATIENCE.toSeconds(), wanted, answer));
            }
            pause(PAUSE);
            answer = post(port, path);
        }
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw Programs.interrupted(e);
        }
    }
}
