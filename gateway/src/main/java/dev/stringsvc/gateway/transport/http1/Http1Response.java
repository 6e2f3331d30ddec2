package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.http.UpstreamSocket;
import dev.stringsvc.gateway.transport.BodySender;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// An answer over HTTP/1.1: its head is here, its body is read as it is copied.
final class Http1Response implements UpstreamResponse {
    private static final int SWITCHING_PROTOCOLS = 101;
    /// How many buffers are read of an answer that nobody wants, to keep its connection.
    private static final int MOST_READS = 8;

    private final Http1Connection connection;
    private final ResponseParser parser;
    private final Asked asked;
    private final Watchdog.Watch watch;
    private final Duration idleTimeout;
    private final int status;
    private final String version;
    private final boolean goodbye;
    private final HeaderFields fields;
    private final @Nullable Http1Socket socket;
    private boolean whole;
    private boolean closed;

    /// What the answer is to.
    ///
    /// @param letGo takes the connection from the attempt; false where that has cut it
    /// @param close true if the instance was asked to close the connection
    /// @param sender of what is left of the request's body; `null` where nothing was left
    /// @param cancelled true once the attempt was cancelled
    record Asked(
            Http1Transport transport,
            BooleanSupplier letGo,
            boolean close,
            @Nullable BodySender sender,
            BooleanSupplier cancelled) {}

    Http1Response(Http1Connection connection, Asked asked, Watchdog.Watch watch, IdleTimeouts pauses) {
        this.connection = connection;
        this.parser = connection.parser();
        this.asked = asked;
        this.watch = watch;
        this.status = parser.status();
        this.version = parser.version();
        this.goodbye = !asked.close() && parser.connectionSays("close");
        this.fields = parser.fields();
        this.idleTimeout = pauses.within(fields.first("Content-Type"));
        if (asked.sender() != null) {
            asked.sender().answered();
        }
        if (status == SWITCHING_PROTOCOLS) {
            watch.cancel(); // who passes the bytes on sees that somebody has gone
            socket = new Http1Socket(connection);
        } else {
            watch.pause();
            socket = null;
        }
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public String protocol() {
        return version;
    }

    @Override
    public @Nullable String header(String name) {
        return fields.first(name);
    }

    @Override
    public boolean saysGoodbye() {
        return goodbye;
    }

    @Override
    public void forEachHeader(BiConsumer<? super String, ? super String> action) {
        fields.forEach(action);
    }

    @Override
    public @Nullable UpstreamSocket socket() {
        return socket;
    }

    @Override
    public void copyBodyTo(OutputStream out) throws IOException {
        while (!whole) {
            switch (next()) {
                case CONTENT -> connection.writeContent(out);
                case END -> whole = true;
                case MORE -> readOn(out);
                case HEAD -> throw new IllegalStateException("a head within a body");
            }
        }
    }

    private ResponseParser.Event next() throws UpstreamBrokenException {
        try {
            return connection.parse();
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    /// Reads what is here, or else passes on what was read so far and waits.
    private void readOn(OutputStream out) throws IOException {
        int n = readHere();
        if (n == 0) {
            out.flush();
            n = await() ? 1 : -1;
        }
        if (n < 0) {
            if (!parser.end()) {
                throw broken(new EOFException("the connection ended within the body"));
            }
            whole = true;
        }
    }

    private int readHere() throws IOException {
        try {
            return connection.readMore();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private boolean await() throws IOException {
        watch.expireAfter(idleTimeout);
        try {
            return connection.awaitMore();
        } catch (IOException e) {
            throw broken(e);
        } finally {
            watch.pause();
        }
    }

    private IOException broken(IOException cause) {
        return isClientsFault() ? new AbandonedException() : new UpstreamBrokenException(cause);
    }

    private boolean isClientsFault() {
        @Nullable BodySender sender = asked.sender();
        return watch.abandoned()
                || asked.cancelled().getAsBoolean()
                || (sender != null && sender.clientFailure() != null);
    }

    @Override
    public void forEachTrailer(BiConsumer<? super String, ? super String> action) {
        parser.trailers().forEach(action);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.cancel();
        if (socket != null) {
            socket.cut();
            return;
        }
        @Nullable BodySender sender = asked.sender();
        boolean sent = sender == null || sender.done();
        if (sender != null) {
            sender.stop();
        }
        if (sent
                && !asked.close()
                && parser.keepsAlive()
                && isWhole()
                && !parser.end()
                && asked.letGo().getAsBoolean()) {
            asked.transport().giveBack(connection);
        } else {
            connection.close();
        }
    }

    /// True if the answer was read to its end, or what is left of it is here already and is not much: an
    /// instance that sends without end must not keep the thread.
    private boolean isWhole() {
        try {
            int reads = 0;
            while (!whole) {
                switch (connection.parse()) {
                    case END -> whole = true;
                    case MORE -> {
                        if (++reads > MOST_READS || connection.readMore() <= 0) {
                            return false;
                        }
                    }
                    case CONTENT -> {}
                    case HEAD -> {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
