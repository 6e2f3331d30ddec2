package dev.stringsvc.gateway.telemetry.trace;

import io.opentelemetry.api.common.AttributeKey;
import java.util.Set;

/// The names of the spans' attributes: OpenTelemetry's semantic conventions for HTTP and RPC, and the
/// gateway's own below `gateway.`.
final class Keys {
    static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    static final AttributeKey<String> USER_AGENT = AttributeKey.stringKey("user_agent.original");
    static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
    static final AttributeKey<String> PROTOCOL_VERSION = AttributeKey.stringKey("network.protocol.version");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system.name");
    static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.response.status_code");

    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("gateway.request_id");
    static final AttributeKey<String> ROUTE = AttributeKey.stringKey("gateway.route");
    static final AttributeKey<String> SERVICE = AttributeKey.stringKey("gateway.service");
    static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("gateway.instance.id");
    static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("gateway.attempts");
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gateway.outcome");
    static final AttributeKey<Boolean> HEDGE = AttributeKey.booleanKey("gateway.hedge");
    static final AttributeKey<Double> DELAY = AttributeKey.doubleKey("gateway.delay");

    /// The methods that the conventions know; any other is `_OTHER`, so that clients can't make up
    /// names of spans.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");

    private static final String OTHER = "_OTHER";

    private Keys() {}

    /// The value of [#METHOD].
    static String method(String given) {
        return METHODS.contains(given) ? given : OTHER;
    }

    /// The beginning of a span's name.
    static String name(String method) {
        return METHODS.contains(method) ? method : "HTTP";
    }
}
