package dev.stringsvc.gateway.server;

import java.util.List;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.FlowControlStrategy;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// A client's connection of HTTP/2. It refuses what Jetty lets pass: malformed heads and trailers, and frames on
/// streams
/// that are over. Frames are read by one thread at a time; any thread may write.
final class Http2Session extends HTTP2ServerSession {
    private final RecentStreams reset = new RecentStreams();

    Http2Session(
            Connector connector,
            EndPoint endPoint,
            ServerParser parser,
            Generator generator,
            ServerSessionListener listener,
            FlowControlStrategy flowControl) {
        super(connector.getScheduler(), endPoint, parser, generator, listener, flowControl);
    }

    /// A stream whose head is malformed. It is answered with 400 and then reset.
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

    /// The head as the gateway's own code reads it. One that came as HTTP/1.1, before an upgrade, stays as it is.
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

    /// DATA on a stream that the client has ended or reset is an error of that stream (RFC 9113, section 5.1). The
    /// client may have sent it before it heard that the gateway reset the stream: then it is ignored. Its length is
    /// given back to the connection's window in any case, or other uploads would come to a halt.
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
            reset.add(stream.getId()); // before DATA behind it finds that there is no such stream
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

    @Override
    public void frames(@Nullable HTTP2Stream stream, List<? extends Frame> frames, Callback callback) {
        if (frames.size() == 1 && frames.getFirst() instanceof ResetFrame sent) {
            reset.add(sent.getStreamId());
        }
        super.frames(stream, frames, callback);
    }
}
