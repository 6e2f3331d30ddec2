package dev.stringsvc.gateway.admin;

import io.javalin.http.Context;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Answers requests for `text/event-stream`, each on its own virtual thread, until the client goes away or
/// the session that let it in ends. Thread-safe.
final class ServerSentEvents {
    private static final int MOST = 50;

    private final Semaphore room = new Semaphore(MOST);
    private final Sessions sessions;

    ServerSentEvents(Sessions sessions) {
        this.sessions = sessions;
    }

    /// Writes events to one client.
    @FunctionalInterface
    interface Stream {
        /// Waits for the next events and writes them; called again and again.
        ///
        /// @throws IOException when the client has gone away, or its session has ended
        void next(Sink sink) throws IOException, InterruptedException;
    }

    /// Where events are written.
    static final class Sink {
        private final OutputStream out;
        private final BooleanSupplier admitted;

        private Sink(OutputStream out, BooleanSupplier admitted) {
            this.out = out;
            this.admitted = admitted;
        }

        private void write(String text) throws IOException {
            if (!admitted.getAsBoolean()) {
                throw new EOFException("the session has ended");
            }
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }

        /// @param id `null` for an event that a client need not remember
        /// @param data one line
        void event(@Nullable String id, String name, String data) throws IOException {
            String head = (id == null ? "" : "id: " + id + "\n") + "event: " + name + "\n";
            write(head + "data: " + data + "\n\n");
        }

        void flush() throws IOException {
            out.flush();
        }

        /// Keeps the connection alive, and finds out if the client is still there.
        void ping() throws IOException {
            write(": nothing new\n\n");
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
            @Nullable String session = ctx.attribute(AdminAccess.SESSION);
            var sink = new Sink(out, () -> session == null || sessions.isOpen(session));
            out.flush();
            while (true) {
                stream.next(sink);
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // the client has gone away or has logged out, which is how an event stream ends
        } finally {
            room.release();
        }
    }
}
