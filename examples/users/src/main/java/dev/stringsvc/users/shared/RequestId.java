package dev.stringsvc.users.shared;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The `X-Request-Id` that follows a request from the gateway through all services, so that their
/// log lines can be put together.
public final class RequestId {
    /// The name of the field in HTTP and in the log.
    public static final String HEADER = "X-Request-Id";

    /// The name in gRPC's metadata.
    public static final Metadata.Key<String> METADATA =
            Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<String> CURRENT = Context.key("request-id");
    private static final int LONGEST = 128;

    private RequestId() {}

    /// The id, if it may be logged: short, and of visible ASCII characters only.
    public static Optional<String> of(@Nullable String given) {
        return Optional.ofNullable(given)
                .filter(id ->
                        !id.isEmpty() && id.length() <= LONGEST && id.chars().allMatch(c -> c > ' ' && c < 0x7f));
    }

    /// The id of the gRPC call that this thread serves.
    public static Optional<String> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /// Reads the id of each call.
    public static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                Context context = of(headers.get(METADATA))
                        .map(id -> Context.current().withValue(CURRENT, id))
                        .orElseGet(Context::current);
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }
}
