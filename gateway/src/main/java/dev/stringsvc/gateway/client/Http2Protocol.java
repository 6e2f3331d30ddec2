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

/// HTTP/2 towards clients: as `h2` where TLS has agreed on it, and as `h2c` on a clear-text port, to
/// which a client comes by prior knowledge or, where that is wanted, by an upgrade from HTTP/1.1.
/// Jetty's limits against floods of frames hold.
final class Http2Protocol extends HTTP2CServerConnectionFactory {
    private final boolean upgrades;

    /// @param protocol `h2` or `h2c`
    /// @param upgrades true if a client may come from HTTP/1.1 by an upgrade
    Http2Protocol(HttpConfiguration http, String protocol, boolean upgrades) {
        super(http, protocol);
        this.upgrades = upgrades;
        setConnectProtocolEnabled(false); // a WebSocket comes by HTTP/1.1
    }

    /// As Jetty's own, with another parser and another session, for which Jetty has no hook.
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

    /// As HTTP/2 has it, and not as `h2c`, which TLS never agrees on (RFC 9113, appendix A).
    @Override
    public boolean isAcceptable(String protocol, String tlsProtocol, String tlsCipher) {
        return !(HTTP2Cipher.isBlackListProtocol(tlsProtocol) && HTTP2Cipher.isBlackListCipher(tlsCipher));
    }

    /// A request that may not ask for it, or does not do so properly, goes on in HTTP/1.1 (RFC 7540,
    /// section 3.2.1), and so does one with a body, which Jetty would take for frames.
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

        /// Jetty tells nobody of a stream that it resets itself, as it does where a body is not as long
        /// as was said: who waits for more of it would wait for ever.
        @Override
        public void onClosed(Stream stream) {
            super.onClosed(stream);
            if (stream.isReset()) {
                Http2Client.wasReset(stream);
            }
        }

        /// As for a connection of HTTP/1.1: a write may just have begun.
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
