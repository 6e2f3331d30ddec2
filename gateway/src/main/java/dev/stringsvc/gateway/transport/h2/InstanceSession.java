package dev.stringsvc.gateway.transport.h2;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.CloseState;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.internal.HTTP2ClientSession;
import org.eclipse.jetty.http2.frames.Frame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.PrefaceFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.parser.Parser;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;

/// A connection to an instance as Jetty's session. Our own factory makes it, since Jetty's does not
/// limit the rate of frames.
final class InstanceSession extends HTTP2ClientSession {
    /// The largest head or trailers, sent or received, in bytes.
    static final int LARGEST_HEAD = 65_536;

    private final FrameBudget budget;

    private InstanceSession(Parts parts, FrameBudget budget) {
        super(
                parts.connector.getScheduler(),
                parts.endPoint,
                new Parser(parts.connector.getByteBufferPool(), LARGEST_HEAD, budget),
                parts.generator,
                parts.listener,
                new SessionWindow());
        this.budget = budget;
    }

    private record Parts(
            ClientConnector connector, EndPoint endPoint, Generator generator, Session.Listener listener) {}

    /// Makes the HTTP/2 connection on a socket, after the TLS handshake if there is one.
    static ClientConnectionFactory factory(ClientConnector connector, Session.Listener listener) {
        return (endPoint, context) -> {
            var generator = new Generator(connector.getByteBufferPool(), true, 0);
            generator.getHpackEncoder().setMaxHeaderListSize(LARGEST_HEAD);
            var session = new InstanceSession(new Parts(connector, endPoint, generator, listener), new FrameBudget());
            session.setMaxRemoteStreams(0);
            session.setMaxEncoderTableCapacity(4_096);
            return new Wire(connector, endPoint, session, listener).begin();
        };
    }

    @Override
    protected HTTP2Stream newStream(int id, MetaData.Request request, boolean local) {
        return new InstanceStream(this, id, request, local);
    }

    /// Ignores the instance's largest head, which is only advice (RFC 9113, section 6.5.2). Jetty would
    /// end the whole connection if one request exceeds it, while the instance would only refuse that
    /// request.
    @Override
    public void onSettings(SettingsFrame frame) {
        Map<Integer, Integer> settings = new HashMap<>(frame.getSettings());
        settings.remove(SettingsFrame.MAX_HEADER_LIST_SIZE);
        super.onSettings(new SettingsFrame(settings, frame.isReply()));
    }

    @Override
    public void onHeaders(HeadersFrame frame) {
        if (withinBudget(getStream(frame.getStreamId()) == null)) {
            super.onHeaders(frame);
        }
    }

    @Override
    public void onReset(ResetFrame frame) {
        if (withinBudget(getStream(frame.getStreamId()) == null)) {
            super.onReset(frame);
        }
    }

    @Override
    public void onWindowUpdate(WindowUpdateFrame frame) {
        if (withinBudget(true)) {
            super.onWindowUpdate(frame);
        }
    }

    /// Also fails streams and disconnects after a GOAWAY, when Jetty does nothing since the session is
    /// closing already.
    @Override
    public void onConnectionFailure(int error, String reason) {
        boolean closing = isClosed();
        super.onConnectionFailure(error, reason);
        for (Stream stream : getStreams()) {
            if (stream.getListener() instanceof Exchange exchange) {
                exchange.fail(new IOException(reason));
            }
        }
        if (closing) {
            disconnect();
        }
    }

    private boolean withinBudget(boolean counted) {
        boolean within = !counted || budget.take();
        if (!within) {
            onConnectionFailure(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too_many_frames");
        }
        return within;
    }

    /// A stream that tells its [Exchange] when its first frame is about to be written. It hides
    /// Content-Length from Jetty, which would check it for HEAD too; [Http2Response] checks it.
    private static final class InstanceStream extends HTTP2Stream {
        private final FrameBudget budget;

        InstanceStream(InstanceSession session, int id, MetaData.Request request, boolean local) {
            super(session, id, request, local);
            this.budget = session.budget;
        }

        @Override
        public boolean updateClose(boolean update, CloseState.Event event) {
            if (event == CloseState.Event.BEFORE_SEND) {
                budget.sent();
                if (getListener() instanceof Exchange exchange) {
                    exchange.leaving();
                }
            }
            return super.updateClose(update, event);
        }

        @Override
        public void process(Frame frame, Callback callback) {
            super.process(
                    frame instanceof HeadersFrame headers && headers.getMetaData() instanceof MetaData.Response head
                            ? new HeadersFrame(getId(), hidingLength(head), null, headers.isEndStream())
                            : frame,
                    callback);
        }

        private static MetaData hidingLength(MetaData.Response head) {
            HttpFields fields = head.getHttpFields();
            if (MetaData.Failed.getFailure(head) != null || !fields.contains(HttpHeader.CONTENT_LENGTH)) {
                return head;
            }
            HttpFields.Mutable unknown = HttpFields.build();
            for (HttpField field : fields) {
                unknown.add(
                        field.getHeader() == HttpHeader.CONTENT_LENGTH
                                ? new HttpField(null, field.getLowerCaseName(), field.getValue())
                                : field);
            }
            return new MetaData.Response(head.getStatus(), null, head.getHttpVersion(), unknown);
        }
    }

    /// The connection below the session, which sends the preface and then reads.
    private static final class Wire extends HTTP2Connection implements Callback {
        private static final int INPUT = 16_384;

        private final Session.Listener listener;

        Wire(ClientConnector connector, EndPoint endPoint, InstanceSession session, Session.Listener listener) {
            super(connector.getByteBufferPool(), connector.getExecutor(), endPoint, session, INPUT);
            this.listener = listener;
            setUseInputDirectByteBuffers(true);
            setUseOutputDirectByteBuffers(true);
        }

        Connection begin() {
            getSession().getParser().init(this);
            return this;
        }

        @Override
        public void onOpen() {
            HTTP2Session session = getSession();
            int more = SessionWindow.SIZE - SessionWindow.DEFAULT_WINDOW_SIZE;
            session.updateRecvWindow(more);
            var settings = new SettingsFrame(
                    Map.of(
                            SettingsFrame.ENABLE_PUSH,
                            0,
                            SettingsFrame.MAX_CONCURRENT_STREAMS,
                            0,
                            SettingsFrame.INITIAL_WINDOW_SIZE,
                            ReceiveWindow.FIRST,
                            SettingsFrame.MAX_HEADER_LIST_SIZE,
                            LARGEST_HEAD),
                    false);
            session.frames(null, List.of(new PrefaceFrame(), settings, new WindowUpdateFrame(0, more)), this);
            listener.onPreface(session);
        }

        @Override
        public void succeeded() {
            super.onOpen();
            produce();
        }

        @Override
        public void failed(Throwable x) {
            getSession().onWriteFailure(x);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
