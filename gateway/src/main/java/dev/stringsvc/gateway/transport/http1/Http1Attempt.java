package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.BodySender;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.NoSocketException;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One attempt over HTTP/1.1. Used by the calling thread; the watchdog and a cancellation may abort it.
final class Http1Attempt {
    private static final int OK = 200;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Http1Transport transport;
    private final Settings settings;
    private final UpstreamRequest request;
    private final Duration timeout;
    private final boolean toHead;

    private final AbortHandle abort = new AbortHandle();
    private @Nullable Http1Connection connection;
    /// True once the attempt opens a new connection; false while it uses an idle one again.
    private boolean asked;
    private boolean begun;
    private boolean brokenOff;
    private @Nullable BodySender sender;
    private @Nullable IOException clientFailure;

    /// What all attempts of a transport share.
    ///
    /// @param host the `Host` of requests that have none
    record Settings(String host, Watchdog watchdog, IdleTimeouts idleTimeouts) {}

    Http1Attempt(Http1Transport transport, Settings settings, UpstreamRequest request, Duration timeout) {
        this.transport = transport;
        this.settings = settings;
        this.request = request;
        this.timeout = timeout;
        this.toHead = request.method().equals("HEAD");
    }

    AttemptResult execute() {
        Watchdog.Watch watch = settings.watchdog().watch(timeout, request.caller()::hasLeft, abort::abort);
        if (request.cancellation() != null) {
            request.cancellation().onCancel(abort::abort);
        }
        try {
            Http1Connection on = connect();
            boolean close = !transport.trusts();
            send(on, close, watch);
            awaitHead(on);
            if (abandoned(watch) || watch.expired()) {
                fail(watch);
                return abandoned(watch) ? abandoned() : new AttemptResult.TimedOut(timeout, false);
            }
            var asked = new Http1Response.Asked(transport, this::letGo, close, sender, this::isAbandoned);
            return new AttemptResult.Responded(new Http1Response(on, asked, watch, settings.idleTimeouts()));
        } catch (IOException | RuntimeException e) {
            fail(watch);
            AttemptResult failure = failure(e instanceof IOException io ? io : new IOException(e), watch);
            if (connection != null && !asked && failure instanceof AttemptResult.MaybeSent) {
                transport.distrust();
            }
            return failure;
        } catch (Error e) {
            fail(watch);
            throw e;
        }
    }

    private boolean isAbandoned() {
        return request.cancellation() != null && request.cancellation().cancelled();
    }

    private void fail(Watchdog.Watch watch) {
        watch.cancel();
        if (sender != null) {
            sender.stop();
        }
        if (connection != null) {
            connection.close();
        }
    }

    private boolean abandoned(Watchdog.Watch watch) {
        return watch.abandoned() || isAbandoned();
    }

    private static AttemptResult abandoned() {
        return new AttemptResult.ClientFault(new AbandonedException());
    }

    private AttemptResult failure(IOException cause, Watchdog.Watch watch) {
        if (abandoned(watch)) {
            return abandoned();
        }
        if (clientFailure == null && sender != null) {
            clientFailure = sender.clientFailure();
        }
        if (clientFailure != null) {
            return new AttemptResult.ClientFault(clientFailure);
        }
        if (nothingSent()) {
            boolean blamed = !(cause instanceof NoSocketException) && (asked || !watch.expired());
            return new AttemptResult.NotSent(cause, blamed);
        }
        return watch.expired()
                ? new AttemptResult.TimedOut(timeout, abort.silent())
                : new AttemptResult.MaybeSent(cause);
    }

    /// True if certainly no byte of the request reached the instance: nothing was written yet, the
    /// kernel took nothing because the connection was closed, or the other end's kernel refused the
    /// bytes.
    private boolean nothingSent() {
        @Nullable TcpWire tcp = abort.tcp();
        return !begun
                || tcp == null
                || tcp.delivery().isEmpty()
                || tcp.delivery().refused();
    }

    private Http1Connection connect() throws IOException {
        abort.throwIfAborted();
        @Nullable Http1Connection last = transport.trusts() && !request.upgrade() ? transport.take() : null;
        if (last != null) {
            connection = last;
            abort.hold(last.wire().tcp());
            return last;
        }
        asked = true;
        Http1Connection opened = transport.opener().open(abort::hold);
        connection = opened;
        abort.throwIfAborted();
        return opened;
    }

    /// Gives the connection away.
    ///
    /// @return false if it cannot carry another request: it was closed, or not all of the request was
    /// sent
    private boolean letGo() {
        return abort.letGo() && !brokenOff;
    }

    /// Writes the head, and as much of the body as the connection takes at once. A [BodySender] writes
    /// the rest, so that this thread notices a response that comes early.
    private void send(Http1Connection on, boolean close, Watchdog.Watch watch) throws IOException {
        ByteBuffer[] parts = parts(RequestWriter.head(request, settings.host(), close));
        RequestDelivery delivery = on.wire().tcp().delivery();
        delivery.begin();
        on.expect(toHead);
        begun = true;
        try {
            boolean all = on.wire().write(parts);
            if (request.body() instanceof Body.Streamed streamed) {
                if (!all) {
                    on.wire().writeFully(parts[0]);
                }
                sender = BodySender.start(streamed, on.sink(streamed.length()), watch, timeout);
            } else if (!all) {
                sender = BodySender.start(rest(parts), on.sink(0), null, timeout);
            }
        } catch (IOException e) {
            // the instance takes no more, but it may have sent a response: awaitHead finds out
            brokenOff = true;
            if (delivery.isEmpty()) {
                on.wire().cut();
            }
        }
    }

    private ByteBuffer[] parts(ByteBuffer head) {
        return switch (request.body()) {
            case Body.None() -> new ByteBuffer[] {head};
            case Body.Streamed ignored -> new ByteBuffer[] {head};
            case Body.Buffered(byte[] body, HeaderFields trailers) -> {
                if (trailers.isEmpty()) {
                    yield body.length <= head.capacity() - head.limit()
                            ? new ByteBuffer[] {append(head, body)}
                            : new ByteBuffer[] {head, ByteBuffer.wrap(body)};
                }
                if (body.length == 0) { // an empty chunk would end the body
                    yield new ByteBuffer[] {head, RequestWriter.lastChunk(trailers)};
                }
                yield new ByteBuffer[] {
                    head,
                    RequestWriter.chunkBegin(body.length),
                    ByteBuffer.wrap(body),
                    RequestWriter.chunkEnd(),
                    RequestWriter.lastChunk(trailers)
                };
            }
        };
    }

    /// Appends a small body to the head: writing one buffer is cheaper than writing two.
    private static ByteBuffer append(ByteBuffer head, byte[] body) {
        int end = head.limit();
        return head.limit(end + body.length).put(end, body);
    }

    /// A copy of what is left of a request.
    private static Body.Streamed rest(ByteBuffer... parts) {
        int size = 0;
        for (ByteBuffer part : parts) {
            size += part.remaining();
        }
        ByteBuffer left = ByteBuffer.allocate(size);
        for (ByteBuffer part : parts) {
            left.put(part);
        }
        return new Body.Streamed(new ByteArrayInputStream(left.array()), size);
    }

    /// Waits for the head of the final response, and passes interim responses on to the caller.
    private void awaitHead(Http1Connection on) throws IOException {
        ResponseParser parser = on.parser();
        on.await();
        while (true) {
            switch (on.parse()) {
                case MORE -> {
                    if (!on.awaitMore()) {
                        throw new EOFException("the connection ended within the answer's head");
                    }
                }
                case HEAD -> {
                    if (parser.status() == SWITCHING_PROTOCOLS && !request.upgrade()) {
                        throw new ProtocolException("a switch of protocols that was not requested");
                    }
                    if (parser.status() >= OK || parser.status() == SWITCHING_PROTOCOLS) {
                        return;
                    }
                    tellInterim(parser);
                }
                case END -> parser.afterInterim(toHead);
                case CONTENT -> throw new ProtocolException("an interim answer with a body");
            }
        }
    }

    private void tellInterim(ResponseParser parser) throws IOException {
        try {
            request.caller().interim(parser.status(), parser.fields());
        } catch (IOException e) {
            clientFailure = e;
            throw e;
        }
    }
}
