package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.ContentLength;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.BodySender;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/// One attempt over HTTP/2. Used by the thread that makes it.
final class Attempt {
    /// Long enough for an instance that sends its first message right after the head, short enough for a
    /// client that waits for the head alone.
    private static final Duration HEAD_HELD = Duration.ofSeconds(1);

    private final UpstreamRequest request;
    private final Duration timeout;
    private final StreamOpening opening;
    private final Exchange exchange;
    private final Watchdog.Watch watch;
    private @Nullable BodySender sender;
    private @Nullable IOException callerFailure;
    private boolean answered;
    private volatile boolean sent;
    private boolean closed;

    Attempt(UpstreamRequest request, Duration timeout, Http2Transport transport) {
        this.request = request;
        this.timeout = timeout;
        this.opening = new StreamOpening(transport.connections());
        this.exchange = new Exchange(new ReceiveWindow(transport.budget()), opening::giveBack);
        this.watch = transport.watchdog().watch(timeout, request.caller()::hasLeft, this::cut);
        @Nullable Cancellation cancellation = request.cancellation();
        if (cancellation != null) {
            cancellation.onCancel(this::cut);
        }
    }

    private void cut() {
        exchange.cut(new SocketTimeoutException("no answer in time"));
    }

    UpstreamRequest request() {
        return request;
    }

    Exchange exchange() {
        return exchange;
    }

    Watchdog.Watch watch() {
        return watch;
    }

    private boolean isAbandoned() {
        @Nullable Cancellation cancellation = request.cancellation();
        return watch.abandoned() || (cancellation != null && cancellation.cancelled());
    }

    /// True if the client has broken off its request, or has gone away.
    boolean isClientsFault() {
        return isAbandoned() || (sender != null && sender.clientFailure() != null);
    }

    /// Sends the request and waits for the head of the response.
    AttemptResult run(MetaData.Request head, IdleTimeouts idleTimeouts) {
        try {
            Stream stream = opening.open(exchange, () -> frames(head), this::framesSent);
            if (request.body() instanceof Body.Streamed body) {
                sender = BodySender.start(body, new RequestSender(exchange, stream), watch, timeout);
            }
            Exchange.Head answer = awaitAnswer();
            if (request.headHeld() && isSent() && request.body().replayable()) {
                exchange.awaitBody(HEAD_HELD);
            }
            answered = true;
            long length = lengthIn(answer);
            Duration idle = idleTimeouts.within(answer.fields().first("Content-Type"));
            if (sender != null) {
                sender.answered(idle);
            }
            watch.pause();
            if (isAbandoned() || watch.expired()) {
                throw new SocketTimeoutException("the response came too late");
            }
            return new AttemptResult.Responded(new Http2Response(this, answer, length, idle));
        } catch (IOException | RuntimeException e) {
            close();
            return failure(Exchange.asIo(e));
        }
    }

    /// Sends the trailers of a buffered body, once all of the body is written: if the body takes several
    /// frames, Jetty would let trailers overtake it.
    private void framesSent(Stream stream) {
        switch (request.body()) {
            case Body.Buffered(var _, HeaderFields trailers)
            when !trailers.isEmpty() -> {
                HeadersFrame frame = RequestSender.trailers(trailers).withStreamId(stream.getId());
                stream.headers(
                        frame, Callback.from(InvocationType.NON_BLOCKING, () -> sent = true, this::trailersNotSent));
            }
            case Body.None() -> sent = true;
            case Body.Buffered _ -> sent = true;
            case Body.Streamed _ -> sent = false;
        }
    }

    private void trailersNotSent(Throwable cause) {
        exchange.fail(Exchange.asIo(cause));
    }

    private HTTP2Stream.FrameList frames(MetaData.Request head) {
        return switch (request.body()) {
            case Body.None() -> new HTTP2Stream.FrameList(new HeadersFrame(head, null, true));
            case Body.Buffered(byte[] bytes, HeaderFields trailers) ->
                new HTTP2Stream.FrameList(
                        new HeadersFrame(head, null, false),
                        new DataFrame(ByteBuffer.wrap(bytes), trailers.isEmpty()),
                        null);
            case Body.Streamed _ -> new HTTP2Stream.FrameList(new HeadersFrame(head, null, false));
        };
    }

    private Exchange.Head awaitAnswer() throws IOException {
        while (true) {
            Exchange.Head head = exchange.awaitHead();
            if (head.status() < 100 || head.status() > 599 || head.status() == 101) {
                throw new ProtocolException("a status that is not allowed: " + head.status());
            }
            if (head.status() >= 200) {
                return head;
            }
            try {
                request.caller().interim(head.status(), head.fields());
            } catch (IOException e) {
                callerFailure = e;
                throw e;
            }
        }
    }

    private static long lengthIn(Exchange.Head head) throws ProtocolException {
        List<String> lengths = head.fields().all("Content-Length");
        if (lengths.isEmpty()) {
            return -1;
        }
        Set<String> different = new HashSet<>(lengths);
        if (different.size() > 1 || !ContentLength.isValid(lengths.getFirst())) {
            throw new ProtocolException("Content-Length is malformed or has several values: " + different);
        }
        return Long.parseLong(lengths.getFirst());
    }

    private AttemptResult failure(IOException cause) {
        @Nullable
        IOException clientFailure = callerFailure != null || sender == null ? callerFailure : sender.clientFailure();
        if (isAbandoned()) {
            return new AttemptResult.ClientFault(new AbandonedException());
        }
        if (clientFailure != null) {
            return new AttemptResult.ClientFault(clientFailure);
        }
        if (!exchange.begun() || exchange.refused()) {
            return new AttemptResult.NotSent(cause, opening.asked() || !watch.expired());
        }
        return watch.expired() ? new AttemptResult.TimedOut(timeout, !answered) : new AttemptResult.MaybeSent(cause);
    }

    /// Ends the attempt, and resets its stream unless it is complete. May be called twice.
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.cancel();
        if (sender != null) {
            sender.stop();
        }
        exchange.close(isSent());
    }

    private boolean isSent() {
        return sender == null ? sent || request.body() instanceof Body.None : sender.done();
    }
}
