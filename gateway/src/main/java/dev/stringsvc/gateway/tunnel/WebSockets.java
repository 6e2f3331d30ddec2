package dev.stringsvc.gateway.tunnel;

import dev.stringsvc.gateway.http.HeaderFields;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// The opening handshake of a WebSocket (RFC 6455, section 4), the only switch of protocols that the
/// gateway passes on. Requests for others are ignored.
public final class WebSockets {
    private static final String PROTOCOL = "websocket";

    private WebSockets() {}

    /// True if the request is such a handshake.
    public static boolean isHandshake(Request request) {
        HttpFields fields = request.getHeaders();
        @Nullable String upgrade = fields.get(HttpHeader.UPGRADE);
        return upgrade != null
                && upgrade.equalsIgnoreCase(PROTOCOL)
                && fields.contains(HttpHeader.CONNECTION, "Upgrade")
                && request.getMethod().equals("GET")
                && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1;
    }

    /// Adds the two headers of the handshake for the instance. They are hop-by-hop, so the client's were
    /// removed.
    public static void addTo(HeaderFields fields) {
        fields.add("Connection", "Upgrade").add("Upgrade", PROTOCOL);
    }
}
