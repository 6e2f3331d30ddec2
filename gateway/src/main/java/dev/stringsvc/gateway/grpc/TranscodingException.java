package dev.stringsvc.gateway.grpc;

import dev.stringsvc.gateway.http.GrpcStatus;
import java.util.Collection;
import java.util.List;

/// A request that cannot be made a call of a method, or an answer that cannot be made JSON.
public final class TranscodingException extends Exception {
    private static final long serialVersionUID = 1;

    private final GrpcStatus status;
    private final transient List<String> allowed;

    /// @param detail one sentence for the client
    TranscodingException(GrpcStatus status, String detail) {
        this(status, detail, List.of());
    }

    private TranscodingException(GrpcStatus status, String detail, List<String> allowed) {
        super(detail);
        this.status = status;
        this.allowed = List.copyOf(allowed);
    }

    /// @param allowed the methods that the path accepts
    static TranscodingException notAllowed(String method, Collection<String> allowed) {
        return new TranscodingException(
                GrpcStatus.UNIMPLEMENTED,
                "This path accepts %s, not %s.".formatted(String.join(", ", allowed), method),
                List.copyOf(allowed));
    }

    static TranscodingException invalid(String detail) {
        return new TranscodingException(GrpcStatus.INVALID_ARGUMENT, detail);
    }

    public GrpcStatus status() {
        return status;
    }

    /// The methods that the path accepts, if the request has another one; otherwise empty.
    public List<String> allowed() {
        return allowed;
    }

    /// One sentence for the client.
    public String detail() {
        return String.valueOf(getMessage());
    }
}
