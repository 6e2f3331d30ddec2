package dev.stringsvc.hotels.rpc;

import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;

/// Writes a line about each call once it is answered.
record CallLog(LogWriter calls) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        long begin = System.nanoTime();
        CallIds ids = CallIds.current();
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    @Override
                    public void close(Status status, Metadata trailers) {
                        super.close(status, trailers);
                        var line = calls.line(Instant.now())
                                .field("method", getMethodDescriptor().getBareMethodName())
                                .field("status", status.getCode().name());
                        if (!status.isOk()) {
                            line.field("err", status.getDescription());
                        }
                        line.field("took", Duration.ofNanos(System.nanoTime() - begin));
                        ids.addTo(line);
                        calls.write(line.toString());
                    }
                },
                headers);
    }
}
