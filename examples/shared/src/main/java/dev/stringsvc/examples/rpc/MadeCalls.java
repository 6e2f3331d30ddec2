package dev.stringsvc.examples.rpc;

import dev.stringsvc.program.CallIds;
import dev.stringsvc.tracing.CallScope;
import dev.stringsvc.tracing.CallTrace;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;

/// Gives each gRPC call the request id of the call that this thread works on, and makes each of its
/// attempts a part of the same trace. The channel repeats calls by itself, so interceptors do not see
/// attempts, but stream tracers do.
final class MadeCalls implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        var attempts = new Attempts(CallScope.current(), CallIds.current().request(), method.getFullMethodName());
        return next.newCall(method, options.withStreamTracerFactory(attempts));
    }

    private static final class Attempts extends ClientStreamTracer.Factory {
        private final CallTrace trace;
        private final Optional<String> requestId;
        private final String method;

        Attempts(CallTrace trace, Optional<String> requestId, String method) {
            this.trace = trace;
            this.requestId = requestId;
            this.method = method;
        }

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            requestId.ifPresent(id -> headers.put(ServedCalls.REQUEST_ID, id));
            return new Attempt(trace.begin(new CallTrace.Attempt(method, info.getPreviousAttempts(), (name, value) -> {
                var key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
                headers.discardAll(key);
                headers.put(key, value);
            })));
        }
    }

    private static final class Attempt extends ClientStreamTracer {
        private final CallTrace.OutgoingTrace trace;

        Attempt(CallTrace.OutgoingTrace trace) {
            this.trace = trace;
        }

        @Override
        public void streamCreated(Attributes transport, Metadata headers) {
            trace.sentTo(transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        @Override
        public void streamClosed(Status status) {
            trace.ended(status.getCode().name());
        }
    }
}
