package dev.stringsvc.gateway.transport.h2;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/// Opens the stream of one attempt, on one of the instance's connections. Used by the attempt's thread;
/// any thread may call [#giveBack].
final class StreamOpening {
    private static final int MAX_CONNECTIONS = 3;

    private final Connections connections;
    private volatile @Nullable Connection connection;
    private volatile @Nullable IOException notOpened;
    private boolean asked;

    StreamOpening(Connections connections) {
        this.connections = connections;
    }

    /// Opens the stream with its first frames.
    ///
    /// @param sent called when the frames were written
    Stream open(Exchange exchange, Supplier<HTTP2Stream.FrameList> frames, Consumer<Stream> sent) throws IOException {
        for (int i = 1; ; i++) {
            exchange.failIfOver();
            asked = true;
            Connection taken = connections.take(exchange);
            connection = taken;
            HTTP2Session session = Objects.requireNonNull(taken.session());
            session.newStream(frames.get(), Promise.from(sent, cause -> notSent(exchange, cause)), exchange);
            @Nullable Stream stream = exchange.stream();
            if (stream != null) {
                return stream;
            }
            // since the stream was reserved, the instance has gone away or has lowered its limit of streams
            connection = null;
            connections.giveBack(taken);
            if (i == MAX_CONNECTIONS) {
                @Nullable IOException cause = notOpened;
                throw cause == null ? new IOException("no stream could be opened") : cause;
            }
        }
    }

    private void notSent(Exchange exchange, Throwable cause) {
        if (exchange.stream() == null) {
            notOpened = Exchange.asIo(cause);
        } else {
            exchange.fail(Exchange.asIo(cause));
        }
    }

    /// True once a connection was asked for.
    boolean asked() {
        return asked;
    }

    /// Ends the reservation of the stream, which is closed.
    void giveBack() {
        @Nullable Connection used = connection;
        if (used != null) {
            connections.giveBack(used);
        }
    }
}
