package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.GrpcStatus;
import org.jspecify.annotations.Nullable;

/// What was written of a reply.
///
/// @param status what the client was told; 499 where it had gone before
/// @param bytes of the body
/// @param error why the reply is not a complete answer of an instance, for the log; `null` if it is
/// @param cut true if the connection or the stream was ended so that the reply does not look complete
/// @param grpc the status that a gRPC client was told; `null` if it was told none
record Written(
        int status,
        long bytes,
        @Nullable String error,
        boolean cut,
        @Nullable GrpcStatus grpc) {
    /// The status of a client that went away, as nginx has it.
    static final int CLIENT_CLOSED_REQUEST = 499;

    Written(int status, long bytes, @Nullable String error, boolean cut) {
        this(status, bytes, error, cut, null);
    }

    static Written whole(int status, long bytes) {
        return new Written(status, bytes, null, false);
    }

    Written with(@Nullable GrpcStatus told) {
        return new Written(status, bytes, error, cut, told);
    }

    /// The status of a gRPC call: [GrpcStatus#CANCELLED] if the client went away, and
    /// [GrpcStatus#UNKNOWN] if it was told none.
    GrpcStatus grpcStatus() {
        if (grpc != null) {
            return grpc;
        }
        return status == CLIENT_CLOSED_REQUEST ? GrpcStatus.CANCELLED : GrpcStatus.UNKNOWN;
    }
}
