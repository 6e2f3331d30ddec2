package dev.stringsvc.gateway.client;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.SessionContainer;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.generator.Generator;
import org.eclipse.jetty.http2.parser.SettingsBodyParser;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.internal.HTTP2ServerConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/// HTTP/2 for clients: `h2` negotiated over TLS, or `h2c` on a clear-text port by prior knowledge or, if
/// configured, by an upgrade from HTTP/1.1. Jetty's limits against floods of frames apply.
final class Http2Protocol extends HTTP2CServerConnectionFactory {
    private final boolean upgrades;

    /// @param protocol `h2` or `h2c`
    /// @param upgrades true to accept upgrades from HTTP/1.1
    Http2Protocol(HttpConfiguration http, String protocol, boolean upgrades) {
        super(http, protocol);
        this.upgrades = upgrades;
        setConnectProtocolEnabled(false); // WebSockets use HTTP/1.1
    }

    /// The same as Jetty's method, but with our parser and session, for which Jetty has no hook.
    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConfiguration http = getHttpConfiguration();
        var generator = new Generator(
                connector.getByteBufferPool(), isUseOutputDirectByteBuffers(), getMaxHeaderBlockFragment());
        generator.getHpackEncoder().setMaxHeaderListSize(http.getMaxResponseHeaderSize());
        var rate = new FrameRate(System::nanoTime);
        var parser = new Http2Parser(connector.getByteBufferPool(), http.getRequestHeaderSize(), rate);
        parser.setMaxSettingsKeys(getMaxSettingsKeys());
        ServerSessionListener listener = newSessionListener(connector, endPoint);
        var session = new Http2Session(
                connector,
                endPoint,
                parser,
                rate,
                generator,
                listener,
                getFlowControlStrategyFactory().newFlowControlStrategy());
        session.setMaxLocalStreams(getMaxConcurrentStreams());
        session.setMaxRemoteStreams(getMaxConcurrentStreams());
        session.setMaxEncoderTableCapacity(getMaxEncoderTableCapacity());
        session.setStreamIdleTimeout(endPoint.getIdleTimeout());
        session.setInitialSessionRecvWindow(getInitialSessionRecvWindow());
        session.setWriteThreshold(http.getOutputBufferSize());
        session.setConnectProtocolEnabled(isConnectProtocolEnabled());
        var connection = new HTTP2ServerConnection(connector, endPoint, http, session, listener);
        connection.setUseInputDirectByteBuffers(isUseInputDirectByteBuffers());
        connection.setUseOutputDirectByteBuffers(isUseOutputDirectByteBuffers());
        connection.addEventListener(getBean(SessionContainer.class));
        getEventListeners().forEach(session::addEventListener);
        parser.init(connection);
        ClientEndPoint.below(endPoint).speaks(session);
        return configure(connection, connector, endPoint);
    }

    /// Checks the cipher as HTTP/2 requires (RFC 9113, appendix A). The method that is overridden
    /// refuses all of TLS, since it is for `h2c`.
    @Override
    public boolean isAcceptable(String protocol, String tlsProtocol, String tlsCipher) {
        return !(HTTP2Cipher.isBlackListProtocol(tlsProtocol) && HTTP2Cipher.isBlackListCipher(tlsCipher));
    }

    /// Upgrades only if that is configured and the request is valid (RFC 7540, section 3.2.1); otherwise
    /// the request stays in HTTP/1.1. A request with a body stays too, since Jetty would read its body
    /// as frames.
    @Override
    public @Nullable Connection upgradeConnection(
            Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable answer) {
        boolean known = HttpMethod.PRI.is(request.getMethod());
        return known || (upgrades && asksProperly(request.getHttpFields()))
                ? super.upgradeConnection(connector, endPoint, request, answer)
                : null;
    }

    private static boolean asksProperly(HttpFields fields) {
        boolean hasBody =
                fields.getLongField(HttpHeader.CONTENT_LENGTH) > 0 || fields.contains(HttpHeader.TRANSFER_ENCODING);
        List<String> settings = fields.getValuesList(HttpHeader.HTTP2_SETTINGS);
        return !hasBody
                && settings.size() == 1
                && areSettings(settings.getFirst())
                && fields.getValuesList(HttpHeader.UPGRADE).equals(List.of("h2c"))
                && fields.contains(HttpHeader.CONNECTION, "Upgrade")
                && fields.contains(HttpHeader.CONNECTION, "HTTP2-Settings");
    }

    /// True if it is the payload of a SETTINGS frame, in base64url.
    private static boolean areSettings(String text) {
        try {
            byte[] payload = Base64.getUrlDecoder().decode(text);
            return payload.length % 6 == 0 && SettingsBodyParser.parseBody(ByteBuffer.wrap(payload)) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    protected ServerSessionListener newSessionListener(Connector connector, EndPoint endPoint) {
        return new Streams(endPoint);
    }

    /// Tells every client to open no more streams here.
    void sendElsewhere() {
        for (Session session : getBean(SessionContainer.class).getSessions()) {
            Http2Client.sendElsewhere((HTTP2Session) session);
        }
    }

    private final class Streams extends HTTPServerSessionListener {
        Streams(EndPoint endPoint) {
            super(endPoint);
        }

        /// Ends a waiting read when a stream was reset. Jetty does not report streams that it resets
        /// itself, for example because of a wrong Content-Length, so the read would wait forever.
        @Override
        public void onClosed(Stream stream) {
            super.onClosed(stream);
            if (stream.isReset()) {
                Http2Client.wasReset(stream);
            }
        }

        /// Ignores the timeout while a response pauses: Jetty would make a write fail that has just
        /// begun.
        @Override
        public void onIdleTimeout(Stream stream, TimeoutException timeout, Promise<Boolean> promise) {
            if (Http2Client.answerPauses(stream)) {
                promise.succeeded(false);
            } else {
                super.onIdleTimeout(stream, timeout, promise);
            }
        }
    }
}
