package dev.stringsvc.hotels.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.function.Supplier;

/// Says which service a call failed at, also if that is behind the service that was called.
public final class Failures {
    private static final Metadata.Key<String> SERVICE =
            Metadata.Key.of("failed-service", Metadata.ASCII_STRING_MARSHALLER);
    /// A negative number tells the caller's channel not to repeat the call (gRFC A6).
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private Failures() {}

    /// Calls a service for the answer to another call.
    ///
    /// @throws StatusRuntimeException if that fails. It is the answer to the other call: it names the
    /// service, and is not to be repeated, since the channel has tried each instance already.
    public static <T> T calling(String service, Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            var trailers = new Metadata();
            trailers.put(SERVICE, serviceOf(e).orElse(service));
            trailers.put(PUSHBACK, "-1");
            throw passedOn(e.getStatus()).asRuntimeException(trailers);
        }
    }

    private static Status passedOn(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, INVALID_ARGUMENT, CANCELLED -> status;
            default -> Status.INTERNAL.withDescription(status.getCode() + ": " + status.getDescription());
        };
    }

    /// The service at which the call failed, if another one than the service that was called.
    public static Optional<String> serviceOf(StatusRuntimeException e) {
        return Optional.ofNullable(e.getTrailers()).flatMap(all -> Optional.ofNullable(all.get(SERVICE)));
    }
}
