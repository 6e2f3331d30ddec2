package dev.stringsvc.gateway.grpc;

import dev.stringsvc.gateway.http.GrpcStatus;

/// A request that cannot be made a call of a method, or an answer that cannot be made JSON.
public final class TranscodingException extends Exception {
    private static final long serialVersionUID = 1;

    private final GrpcStatus status;

    /// @param detail one sentence for the client
    TranscodingException(GrpcStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    static TranscodingException invalid(String detail) {
        return new TranscodingException(GrpcStatus.INVALID_ARGUMENT, detail);
    }

    public GrpcStatus status() {
        return status;
    }

    /// One sentence for the client.
    public String detail() {
        return String.valueOf(getMessage());
    }
}
