package dev.stringsvc.gateway.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Request;

/// Reads on for a while after a response that was sent before the request's body had ended, when the
/// gateway has closed its writing half. If it closed the connection while the client still sends, the
/// client's system could discard the response (RFC 9112, section 9.6). Thread-safe.
final class LingeringClose {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int CHUNK = 65_536;
    private static final Semaphore ROOM = new Semaphore(1_024);

    private LingeringClose() {}

    /// Reads until the body ends, the client closes the connection or pauses, or the time is over. Does
    /// nothing if the client waits for `100 Continue` before it sends its body, or too many connections
    /// linger already.
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
                    failures++; // the first may belong to an earlier read that was stopped
                }
            }
        } catch (RuntimeException e) {
            // Jetty has ended the request, so there is nothing more to read
        } finally {
            ROOM.release();
        }
    }
}
