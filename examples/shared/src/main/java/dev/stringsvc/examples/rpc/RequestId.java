package dev.stringsvc.examples.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import java.util.function.Supplier;
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

    /// The id of the request that this thread serves.
    public static Optional<String> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /// Does work on this thread for a request with this id. All gRPC calls that it makes have the id.
    public static <T> T with(Optional<String> id, Supplier<T> work) {
        Context context = with(id);
        Context before = context.attach();
        try {
            return work.get();
        } finally {
            context.detach(before);
        }
    }

    private static Context with(Optional<String> id) {
        return id.map(given -> Context.current().withValue(CURRENT, given)).orElseGet(Context::current);
    }

    /// Passes the id of the request that this thread serves on to each call that it makes.
    public static ClientInterceptor ofCaller() {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<A> listener, Metadata headers) {
                        current().ifPresent(id -> headers.put(METADATA, id));
                        super.start(listener, headers);
                    }
                };
            }
        };
    }

    /// Reads the id of each call.
    public static ServerInterceptor interceptor() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                return Contexts.interceptCall(with(of(headers.get(METADATA))), call, headers, next);
            }
        };
    }
}
