package dev.stringsvc.gateway.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.gateway.http.GrpcStatus;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/// A response of the gateway itself, as problem details (RFC 9457).
///
/// @param detail one sentence for the person who sent the request
/// @param route the route's name; `null` if none matched
/// @param attempts the result of each attempt, in order, without addresses
/// @param code the name of the status of a gRPC service; `null` for none
/// @param details that a gRPC service gave, as JSON
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String route,
        List<String> attempts,
        @Nullable @JsonProperty("request_id") String requestId,
        @Nullable String code,
        List<JsonNode> details) {
    public static final String CONTENT_TYPE = "application/problem+json";
    private static final ObjectMapper JSON = new JsonMapper();

    public static Problem of(int status, String detail) {
        return new Problem(
                "about:blank", HttpStatus.getMessage(status), status, detail, null, List.of(), null, null, List.of());
    }

    public Problem onRoute(String route, List<String> attempts) {
        return new Problem(type, title, status, detail, route, attempts, requestId, code, details);
    }

    public Problem withCode(String code, List<JsonNode> details) {
        return new Problem(type, title, status, detail, route, attempts, requestId, code, details);
    }

    public Problem inRequest(String requestId) {
        return new Problem(type, title, status, detail, route, attempts, requestId, code, details);
    }

    /// The status for a client that speaks gRPC.
    public GrpcStatus grpcStatus() {
        return switch (status) {
            case 401 -> GrpcStatus.UNAUTHENTICATED;
            case 403 -> GrpcStatus.PERMISSION_DENIED;
            case 404, 405, 501 -> GrpcStatus.UNIMPLEMENTED;
            case 408, 504 -> GrpcStatus.DEADLINE_EXCEEDED;
            case 413, 414, 429, 431 -> GrpcStatus.RESOURCE_EXHAUSTED;
            case 502, 503 -> GrpcStatus.UNAVAILABLE;
            default -> GrpcStatus.INTERNAL;
        };
    }

    /// The problem in UTF-8.
    public byte[] json() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
