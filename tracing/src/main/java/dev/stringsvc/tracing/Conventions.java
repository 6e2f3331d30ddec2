package dev.stringsvc.tracing;

import io.opentelemetry.api.common.AttributeKey;
import java.util.Locale;
import java.util.Set;

/// The names of attributes, and some of their values, in OpenTelemetry's semantic conventions for HTTP and
/// RPC.
public final class Conventions {
    public static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    public static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    public static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    public static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    public static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    public static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    public static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    public static final AttributeKey<String> USER_AGENT = AttributeKey.stringKey("user_agent.original");
    public static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    public static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    public static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    public static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    public static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
    public static final AttributeKey<String> PROTOCOL_VERSION = AttributeKey.stringKey("network.protocol.version");
    public static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    public static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system.name");
    public static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    public static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.response.status_code");
    /// Not in the conventions, which have no count of attempts for RPC.
    public static final AttributeKey<Long> RPC_RESEND_COUNT = AttributeKey.longKey("rpc.resend_count");
    public static final AttributeKey<String> INSTANCE_ID = AttributeKey.stringKey("service.instance.id");

    /// The methods that the conventions know; any other is `_OTHER`, so that clients can't make up
    /// names of spans.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");

    private static final String OTHER = "_OTHER";

    private Conventions() {}

    /// The value of [#METHOD].
    public static String method(String given) {
        return METHODS.contains(given) ? given : OTHER;
    }

    /// The beginning of a span's name.
    public static String name(String method) {
        return METHODS.contains(method) ? method : "HTTP";
    }

    /// The value of [#PROTOCOL_VERSION]: of `HTTP/1.1` it is `1.1`, of `HTTP/2.0` it is `2`.
    public static String version(String protocol) {
        String version = protocol.substring(protocol.indexOf('/') + 1);
        return version.equals("2.0") ? "2" : version.toLowerCase(Locale.ROOT);
    }
}
