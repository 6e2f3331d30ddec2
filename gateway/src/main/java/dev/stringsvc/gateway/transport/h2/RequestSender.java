package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.transport.BodySender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/// Sends a streamed body as DATA frames, as fast as flow control allows.
record RequestSender(Exchange exchange, Stream stream) implements BodySender.Sink {
    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        exchange.awaitLeaving();
        var frame = new DataFrame(stream.getId(), ByteBuffer.wrap(bytes, from, count), false);
        await(written -> stream.data(frame, written));
    }

    @Override
    public void end(HeaderFields trailers) throws IOException {
        exchange.awaitLeaving();
        if (trailers.isEmpty()) {
            var frame = new DataFrame(stream.getId(), ByteBuffer.allocate(0), true);
            await(written -> stream.data(frame, written));
        } else {
            await(written -> stream.headers(trailers(trailers).withStreamId(stream.getId()), written));
        }
    }

    static HeadersFrame trailers(HeaderFields trailers) {
        return new HeadersFrame(new MetaData(HttpVersion.HTTP_2, RequestHead.fields(trailers)), null, true);
    }

    private static void await(Consumer<Callback> write) throws IOException {
        var written = new CompletableFuture<Void>();
        write.accept(Callback.from(
                InvocationType.NON_BLOCKING, () -> written.complete(null), written::completeExceptionally));
        try {
            written.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void abort() {
        exchange.cut(new AbandonedException());
    }
}
