package dev.stringsvc.gateway.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.FlowControlStrategy;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// A client's HTTP/2 connection. It refuses what Jetty accepts: malformed heads and trailers, and frames
/// on closed streams. One thread at a time reads frames; any thread may write.
final class Http2Session extends HTTP2ServerSession {
    private final ResetStreams reset = new ResetStreams();
    private final Http2Parser parser;
    private final FrameRate rate;
    private final AtomicBoolean late = new AtomicBoolean();

    Http2Session(
            Connector connector,
            EndPoint endPoint,
            Http2Parser parser,
            FrameRate rate,
            Generator generator,
            ServerSessionListener listener,
            FlowControlStrategy flowControl) {
        super(connector.getScheduler(), endPoint, parser, generator, listener, flowControl);
        this.parser = parser;
        this.rate = rate;
    }

    /// A stream with a malformed head. It gets a 400 and is then reset.
    private static final class MalformedStream extends HTTP2Stream {
        MalformedStream(HTTP2Session session, int id, MetaData.Request head) {
            super(session, id, head, false);
        }
    }

    @Override
    protected HTTP2Stream newStream(int id, MetaData.Request head, boolean local) {
        return head instanceof MetaData.Failed ? new MalformedStream(this, id, head) : super.newStream(id, head, local);
    }

    @Override
    public void onHeaders(HeadersFrame frame) {
        int id = frame.getStreamId();
        @Nullable HTTP2Stream open = getStream(id);
        if (!isClientStream(id)) {
            super.onHeaders(frame); // ends the connection
        } else if (open != null) {
            onTrailers(open, frame);
        } else if (!isRemoteStreamClosed(id)) {
            super.onHeaders(checked(frame));
        } else if (!reset.contains(id)) {
            onConnectionFailure(ErrorCode.STREAM_CLOSED_ERROR.code, "unexpected_headers_frame");
        }
    }

    /// Checks the head with [Http2Head]. A head that came in HTTP/1.1, before an upgrade, is not
    /// changed.
    private HeadersFrame checked(HeadersFrame frame) {
        MetaData head = frame.getMetaData();
        if (head instanceof MetaData.Failed) {
            return head.isRequest() ? frame : malformed(frame, "invalid or misplaced fields");
        }
        if (!(head instanceof MetaData.Request request)) {
            return malformed(frame, "no pseudo-headers of a request");
        }
        if (head.getHttpVersion() != HttpVersion.HTTP_2) {
            return frame;
        }
        return switch (Http2Head.read(request, frame.isEndStream())) {
            case Http2Head.Whole(var read) ->
                new HeadersFrame(frame.getStreamId(), read, frame.getPriority(), frame.isEndStream());
            case Http2Head.Malformed(var why) -> malformed(frame, why);
        };
    }

    private HeadersFrame malformed(HeadersFrame frame, String why) {
        var failure = new HpackException.StreamException(true, false, "%s", why);
        return new HeadersFrame(
                frame.getStreamId(),
                MetaData.Failed.newFailedMetaDataRequest(HttpVersion.HTTP_2, failure),
                frame.getPriority(),
                frame.isEndStream());
    }

    /// A second head on a stream can only be its trailers, which end it (RFC 9113, section 8.1).
    private void onTrailers(HTTP2Stream stream, HeadersFrame frame) {
        MetaData trailers = frame.getMetaData();
        if (stream instanceof MalformedStream || stream.isReset()) {
            return;
        }
        if (stream.isRemotelyClosed() || stream.isLastDataReceived()) {
            stream.reset(new ResetFrame(stream.getId(), ErrorCode.STREAM_CLOSED_ERROR.code), Callback.NOOP);
        } else if (!frame.isEndStream()
                || trailers instanceof MetaData.Failed
                || trailers.isRequest()
                || trailers.isResponse()
                || !Http2Head.areTrailers(trailers.getHttpFields())) {
            stream.reset(new ResetFrame(stream.getId(), ErrorCode.PROTOCOL_ERROR.code), Callback.NOOP);
        } else {
            super.onHeaders(frame);
        }
    }

    /// DATA on a stream that the client has ended or reset is a stream error (RFC 9113, section 5.1). It
    /// is ignored if the gateway has reset the stream, since the client may not have known. Its length
    /// is always given back to the connection's window, or else other uploads would stop.
    @Override
    public void onData(Stream.Data data) {
        int id = data.frame().getStreamId();
        @Nullable HTTP2Stream open = getStream(id);
        if (open instanceof MalformedStream || (open == null && reset.contains(id))) {
            int length = data.frame().flowControlLength();
            getFlowControlStrategy().onDataReceived(this, null, length);
            getFlowControlStrategy().onDataConsumed(this, null, length);
            return;
        }
        super.onData(data);
        if (open == null
                && isClientStream(id)
                && isRemoteStreamClosed(id)
                && getCloseState() == CloseState.NOT_CLOSED) {
            send(new ResetFrame(id, ErrorCode.STREAM_CLOSED_ERROR.code));
        }
    }

    @Override
    public boolean removeStream(Stream stream) {
        boolean malformed = stream instanceof MalformedStream && !stream.isReset();
        if (malformed) {
            reset.add(stream.getId()); // first, so that later DATA finds the id and is ignored
        }
        boolean removed = super.removeStream(stream);
        if (removed && malformed) {
            send(new ResetFrame(stream.getId(), ErrorCode.PROTOCOL_ERROR.code));
        }
        return removed;
    }

    private void send(ResetFrame frame) {
        frames(null, List.of(frame), Callback.NOOP);
    }

    /// Ends the connection if the preface, a head or another frame takes too long to arrive. Called
    /// repeatedly: the first time it sends GOAWAY, and later it closes the connection if the client has
    /// not read that.
    ///
    /// @param refused hears of the request that was cut
    void endIfLate(Duration longest, Exchange.Listener refused) {
        if (late.get()) {
            getEndPoint().close();
        } else if (parser.isLate(longest.toNanos(), getStreamCount() > 0) && late.compareAndSet(false, true)) {
            Thread.startVirtualThread(
                    () -> onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "head_timeout"));
            refused.finished(Exchange.refused(
                    "-", "-", 408, 0, longest, RequestId.of(null), "A head or another frame did not come in time."));
        }
    }

    @Override
    public void onWindowUpdate(WindowUpdateFrame frame) {
        if (rate.takesWindowUpdate()) {
            super.onWindowUpdate(frame);
        } else {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "invalid_window_update_frame_rate");
        }
    }

    @Override
    public void onSettings(SettingsFrame frame, boolean reply) {
        boolean changesTable = frame.getSettings().containsKey(SettingsFrame.HEADER_TABLE_SIZE);
        if (!changesTable || rate.takesTableChange()) {
            super.onSettings(frame, reply);
        } else {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "invalid_settings_frame_rate");
        }
    }

    @Override
    public void data(HTTP2Stream stream, DataFrame frame, Callback callback) {
        rate.sent(frame.remaining());
        super.data(stream, frame, callback);
    }

    @Override
    public void frames(@Nullable HTTP2Stream stream, List<? extends Frame> frames, Callback callback) {
        if (frames.size() == 1 && frames.getFirst() instanceof ResetFrame sent) {
            reset.add(sent.getStreamId());
        }
        for (Frame frame : frames) {
            if (frame instanceof DataFrame data) {
                rate.sent(data.remaining());
            }
        }
        super.frames(stream, frames, callback);
    }
}
