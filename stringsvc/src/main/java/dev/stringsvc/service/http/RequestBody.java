package dev.stringsvc.service.http;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/// Reads a request's body up to a limit. The limit holds while the body streams, with or without a
/// Content-Length.
final class RequestBody {
    /// The largest body, in bytes.
    static final int LIMIT = 1 << 20;

    private static final long LINGER_BYTES = 16L * LIMIT;
    private static final Duration LINGER = Duration.ofSeconds(2);

    private RequestBody() {}

    /// @throws Rejection if the body is too large (413), arrives too slowly (408), or breaks off (400)
    static byte[] read(HttpServletRequest request) {
        if (request.getContentLengthLong() > LIMIT) {
            throw tooLarge();
        }
        try {
            byte[] bytes = request.getInputStream().readNBytes(LIMIT + 1);
            if (bytes.length > LIMIT) {
                throw tooLarge();
            }
            return bytes;
        } catch (IOException e) {
            throw e.getCause() instanceof TimeoutException
                    ? new Rejection(408, "The request body arrived too slowly.")
                    : new Rejection(400, "The request body ended too early.");
        }
    }

    private static Rejection tooLarge() {
        return new Rejection(413, "The request body is larger than 1 MiB (1048576 bytes).");
    }

    /// Answers a request whose body was not read to its end, then reads and discards more of it for a
    /// moment. Closing the connection at once would reset it while bytes still arrive, and the caller
    /// would lose the answer.
    static void answerAndLinger(Context ctx, Problem problem) throws IOException {
        HttpServletResponse response = ctx.res();
        byte[] bytes = Json.bytes(problem);
        response.setStatus(problem.status());
        response.setHeader("Connection", "close");
        response.setContentType(Problem.CONTENT_TYPE);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.flushBuffer();
        linger(ctx.req().getInputStream());
    }

    private static void linger(InputStream in) {
        byte[] trash = new byte[8192];
        long deadline = System.nanoTime() + LINGER.toNanos();
        long rest = LINGER_BYTES;
        try {
            for (int n; rest > 0 && System.nanoTime() - deadline < 0 && (n = in.read(trash)) >= 0; ) {
                rest -= n;
            }
        } catch (IOException e) {
            // The caller has read its answer and closed the connection.
        }
    }
}
