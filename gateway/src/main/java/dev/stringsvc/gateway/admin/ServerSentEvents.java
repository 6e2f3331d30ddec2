package dev.stringsvc.gateway.admin;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Answers requests for `text/event-stream`, each on its own virtual thread, until the client goes away.
/// Thread-safe.
final class ServerSentEvents {
    private static final int MOST = 50;

    private final Semaphore room = new Semaphore(MOST);

    /// Writes events to one client.
    @FunctionalInterface
    interface Stream {
        /// Waits for the next events and writes them; called again and again.
        ///
        /// @throws IOException when the client has gone away
        void next(Sink sink) throws IOException, InterruptedException;
    }

    /// Where events are written.
    static final class Sink {
        private final OutputStream out;

        private Sink(OutputStream out) {
            this.out = out;
        }

        /// @param id `null` for an event that a client need not remember
        /// @param data one line
        void event(@Nullable String id, String name, String data) throws IOException {
            String head = (id == null ? "" : "id: " + id + "\n") + "event: " + name + "\n";
            out.write((head + "data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        }

        void flush() throws IOException {
            out.flush();
        }

        /// Keeps the connection alive, and finds out if the client is still there.
        void ping() throws IOException {
            out.write(": nothing new\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    static boolean isAskedFor(Context ctx) {
        @Nullable String accept = ctx.header("Accept");
        return accept != null && accept.contains("text/event-stream");
    }

    void serve(Context ctx, Stream stream) throws IOException {
        if (!room.tryAcquire()) {
            throw new Refusal(503, "There are " + MOST + " event streams already.");
        }
        try {
            ctx.status(200).contentType("text/event-stream").header("Cache-Control", "no-store");
            OutputStream out = ctx.res().getOutputStream();
            var sink = new Sink(out);
            out.flush();
            while (true) {
                stream.next(sink);
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // the client has gone away, which is how an event stream ends
        } finally {
            room.release();
        }
    }
}
