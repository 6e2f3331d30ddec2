package dev.stringsvc.examples.rpc;

import dev.stringsvc.program.CallIds;
import dev.stringsvc.tracing.CallScope;
import dev.stringsvc.tracing.CallTrace;
import dev.stringsvc.tracing.Tracing;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Gives each gRPC call that a server answers its trace, and the log lines of its threads the call's
/// ids. Health checks and reflection have no trace.
///
/// @param tracing is asked for each call
public record ServedCalls(Supplier<Tracing> tracing) implements ServerInterceptor {
    static final Metadata.Key<String> REQUEST_ID =
            Metadata.Key.of(CallIds.HEADER.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);

    private static final String GRPCS_OWN = "grpc.";

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<String> requestId = CallIds.loggable(headers.get(REQUEST_ID));
        String method = call.getMethodDescriptor().getFullMethodName();
        if (method.startsWith(GRPCS_OWN)) {
            return next.startCall(call, headers);
        }
        CallTrace.OfRpc trace = tracing.get()
                .rpc(new Tracing.RpcHead(
                        method,
                        call.getAuthority(),
                        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                        name -> values(headers, name)));
        var ending = new Ending(trace);
        var scope = new CallScope(trace, requestId);
        Listener<Q> listener = scope.call(() -> next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void close(Status status, Metadata trailers) {
                        super.close(status, trailers);
                        ending.with(status.getCode());
                    }
                },
                headers));
        return new ScopedListener<>(listener, scope, ending);
    }

    private static List<String> values(Metadata headers, String name) {
        @Nullable Iterable<String> values = headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        return values == null
                ? List.of()
                : StreamSupport.stream(values.spliterator(), false).toList();
    }

    /// A call may be cancelled while it is answered, but its trace ends once.
    private record Ending(CallTrace.OfRpc trace, AtomicBoolean over) {
        Ending(CallTrace.OfRpc trace) {
            this(trace, new AtomicBoolean());
        }

        void with(Status.Code status) {
            if (over.compareAndSet(false, true)) {
                trace.ended(status.name());
            }
        }
    }

    /// Works on the call in its scope.
    private static final class ScopedListener<Q> extends Listener<Q> {
        private final Listener<Q> listener;
        private final CallScope scope;
        private final Ending ending;

        ScopedListener(Listener<Q> listener, CallScope scope, Ending ending) {
            this.listener = listener;
            this.scope = scope;
            this.ending = ending;
        }

        @Override
        public void onMessage(Q message) {
            scope.run(() -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            scope.run(listener::onHalfClose);
        }

        @Override
        public void onCancel() {
            scope.run(listener::onCancel);
            ending.with(Status.Code.CANCELLED);
        }

        @Override
        public void onComplete() {
            scope.run(listener::onComplete);
        }

        @Override
        public void onReady() {
            scope.run(listener::onReady);
        }
    }
}
