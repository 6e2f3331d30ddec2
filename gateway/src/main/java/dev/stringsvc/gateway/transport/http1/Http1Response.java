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

/// A response over HTTP/1.1 whose head has arrived. The body is read while it is copied.
final class Http1Response implements UpstreamResponse {
    private static final int SWITCHING_PROTOCOLS = 101;
    /// To keep the connection of a response that is closed early, at most so many buffers of it are read
    /// and dropped.
    private static final int MAX_READS = 8;

    private final Http1Connection connection;
    private final ResponseParser parser;
    private final Asked asked;
    private final Watchdog.Watch watch;
    private final Duration idleTimeout;
    private final int status;
    private final String version;
    private final boolean closesConnection;
    private final HeaderFields fields;
    private final @Nullable Http1Socket socket;
    private boolean whole;
    private boolean closed;

    /// The attempt that the response belongs to.
    ///
    /// @param letGo takes the connection away from the attempt; false if the attempt has closed it
    /// @param close true if the instance was asked to close the connection
    /// @param sender sends the rest of the request's body; `null` if all of it was sent with the head
    /// @param cancelled true once the attempt was cancelled
    record Asked(
            Http1Transport transport,
            BooleanSupplier letGo,
            boolean close,
            @Nullable BodySender sender,
            BooleanSupplier cancelled) {}

    Http1Response(Http1Connection connection, Asked asked, Watchdog.Watch watch, IdleTimeouts idleTimeouts) {
        this.connection = connection;
        this.parser = connection.parser();
        this.asked = asked;
        this.watch = watch;
        this.status = parser.status();
        this.version = parser.version();
        this.closesConnection = !asked.close() && parser.connectionSays("close");
        this.fields = parser.fields();
        this.idleTimeout = idleTimeouts.within(fields.first("Content-Type"));
        if (asked.sender() != null) {
            asked.sender().answered(idleTimeout);
        }
        if (status == SWITCHING_PROTOCOLS) {
            watch.cancel(); // the tunnel notices by itself when a side has gone
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
    public boolean closesConnection() {
        return closesConnection;
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

    /// Reads what has arrived. If nothing has, flushes `out` and waits.
    private void readOn(OutputStream out) throws IOException {
        int n = readHere();
        if (n == 0) {
            out.flush();
            n = await() ? 1 : -1;
        }
        if (n < 0) {
            if (!parser.endsWithConnection()) {
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
                && !parser.endsWithConnection()
                && asked.letGo().getAsBoolean()) {
            asked.transport().giveBack(connection);
        } else {
            connection.close();
        }
    }

    /// True if the response was read to its end, or the rest of it has arrived and is small. Waiting for
    /// more, or reading without a limit, would let an instance hold this thread.
    private boolean isWhole() {
        try {
            int reads = 0;
            while (!whole) {
                switch (connection.parse()) {
                    case END -> whole = true;
                    case MORE -> {
                        if (++reads > MAX_READS || connection.readMore() <= 0) {
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
