package dev.stringsvc.tracing;

import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The part of a trace that is about one call which this program serves. Thread-safe.
public interface CallTrace {
    /// A call without a trace.
    CallTrace NONE = new NoTrace(Optional.empty(), name -> List.of());

    /// The trace's id.
    Optional<String> id();

    /// Begins one attempt of a call to another program, made for this call.
    OutgoingTrace begin(Attempt attempt);

    /// @param method  such as `pb.Notificator/SendEmail`
    /// @param earlier the number of attempts before
    /// @param fields  takes the fields by which the other program continues the trace
    record Attempt(String method, int earlier, BiConsumer<String, String> fields) {}

    /// The part of a trace that is about an attempt. Thread-safe.
    interface OutgoingTrace {
        /// Names the instance that gets the attempt.
        void sentTo(@Nullable SocketAddress address);

        /// Ends it; called once.
        ///
        /// @param status the name of gRPC's status
        void ended(String status);
    }

    /// Of an HTTP request.
    interface OfHttp extends CallTrace {
        /// Names the route that takes the request.
        void routed(String route);

        /// Ends it; called once.
        ///
        /// @param status of the answer; 0 if there is none
        void ended(int status);
    }

    /// Of a gRPC call.
    interface OfRpc extends CallTrace {
        /// Ends it; called once.
        ///
        /// @param status the name of gRPC's status
        void ended(String status);
    }
}
