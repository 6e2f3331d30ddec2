package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The result of an attempt. It tells whether the instance may have acted on the request, which decides
/// whether the request may be sent again.
public sealed interface AttemptResult {
    /// The instance sent a response. The body is not read yet, and the response must be closed.
    record Responded(UpstreamResponse response) implements AttemptResult {
        private static final int OK = 200;

        public int status() {
            return response.status();
        }

        /// The status of a gRPC answer that has no message; `null` for any other answer.
        public @Nullable GrpcStatus grpcStatus() {
            return status() == OK ? GrpcCall.statusAlone(response) : null;
        }

        /// True if the instance says that it failed: 500, 502, 503, 504, or such a gRPC status alone.
        public boolean isFailure() {
            @Nullable GrpcStatus grpc = grpcStatus();
            return switch (status()) {
                case 500, 502, 503, 504 -> true;
                default -> grpc != null && grpc.isInstancesFault();
            };
        }

        /// The HTTP status, or the name of the gRPC status if there is one in the head.
        public String statusText() {
            @Nullable GrpcStatus grpc = grpcStatus();
            return grpc == null ? Integer.toString(status()) : grpc.name();
        }

        /// True for the answer to a gRPC call whose status is still to come.
        public boolean isOpenCall() {
            return status() == OK && GrpcCall.isOpen(response);
        }

        /// True if the instance closes the connection after this response.
        public boolean closesConnection() {
            return response.closesConnection();
        }
    }

    /// No byte of the request reached the instance: it refused the connection, did not accept it in
    /// time, or had already closed an idle connection.
    ///
    /// @param asked false if the gateway had not tried to connect: when it is overloaded, the time of an
    /// attempt may be over before that
    record NotSent(IOException cause, boolean asked) implements AttemptResult {
        /// What happened and why, for operators.
        public String description() {
            return "not reached: " + why(cause);
        }
    }

    /// The connection broke or the response was malformed after a part of the request was sent, so the
    /// instance may have acted on it.
    record MaybeSent(IOException cause) implements AttemptResult {
        /// What happened, in two words, without the cause.
        public String what() {
            return cause instanceof ProtocolException ? "malformed answer" : "connection broke";
        }

        /// What happened and why, for operators.
        public String description() {
            return what() + ": " + why(cause);
        }
    }

    /// The head of the response did not arrive in time, so the instance may have acted on the request.
    ///
    /// @param silent false if a response had arrived that the gateway had not read, as may happen when
    /// it is overloaded
    record TimedOut(Duration after, boolean silent) implements AttemptResult {}

    /// The client's body broke off, or the client went away. This does not count as a failure of the
    /// instance.
    record ClientFault(IOException cause) implements AttemptResult {}

    /// The request cannot be sent over the protocol; nothing was sent.
    ///
    /// @param reason one sentence for the client
    record Unsendable(String reason) implements AttemptResult {}

    private static String why(IOException cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
