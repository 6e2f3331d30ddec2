package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.io.IOException;
import java.util.List;

/// The result of forwarding a request.
public sealed interface ProxyResult {
    /// The attempts that were made, in order.
    List<Attempt> attempts();

    /// An instance answered. Must be closed after the last byte, which releases the connection and the
    /// endpoint's permit.
    record Answered(UpstreamResponse response, Endpoint.Permit permit, List<Attempt> attempts)
            implements ProxyResult, AutoCloseable {
        /// Notes that the answer broke off within its body.
        public void brokeOff() {
            permit.brokeOff();
        }

        /// Notes the status with which the answer to a gRPC call ended.
        public void ended(GrpcStatus status) {
            permit.ended(status);
        }

        @Override
        public void close() {
            try (permit) {
                response.close();
            }
        }
    }

    /// The service has no instance.
    ///
    /// @param watched true if discovery has ever answered for this service
    record NoInstances(boolean watched, List<Attempt> attempts) implements ProxyResult {}

    /// No instance was reached, or the connection broke, or the answer was malformed.
    ///
    /// @param decided the attempt whose failure the client is told of; not always the last one
    record UpstreamFailed(Attempt decided, List<Attempt> attempts) implements ProxyResult {}

    /// The last attempt, or the whole request, ran out of time.
    record DeadlineExceeded(List<Attempt> attempts) implements ProxyResult {}

    /// The client's body broke off.
    record ClientFault(IOException cause, List<Attempt> attempts) implements ProxyResult {}

    /// The request cannot be passed on as it is.
    record Unsendable(String reason, List<Attempt> attempts) implements ProxyResult {}
}
