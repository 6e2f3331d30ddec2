package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Request;

/// Reads on after an answer that came before its request's body had ended. The gateway has ended its
/// half of the connection by then. If it closed the connection at once while the client still sends, the
/// client's system would throw away what it has received of the answer (RFC 9112, section 9.6).
/// Thread-safe.
final class Lingering {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int CHUNK = 65_536;
    private static final Semaphore ROOM = new Semaphore(1_024);

    private Lingering() {}

    /// Reads until the body ends, the client closes the connection or pauses, or it has taken long
    /// enough. Does nothing where the client waits for `100 Continue` before it sends its body, or too
    /// many linger already.
    static void drain(Request request) {
        if (request.getHeaders().contains("Expect") || !ROOM.tryAcquire()) {
            return;
        }
        long start = System.nanoTime();
        var in = new ClientInput(request, LONGEST_PAUSE);
        try (in) {
            int failures = 0;
            while (failures < 2 && System.nanoTime() - start < LONGEST.toNanos()) {
                try {
                    if (in.skip(CHUNK) == 0) {
                        return;
                    }
                } catch (IOException e) {
                    failures++; // the first may be the end of a demand that was given up
                }
            }
        } catch (RuntimeException e) {
            // Jetty has ended the request: there is nothing more to wait for
        } finally {
            ROOM.release();
        }
    }
}
