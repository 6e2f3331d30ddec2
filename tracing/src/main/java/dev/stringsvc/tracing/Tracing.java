package dev.stringsvc.tracing;

import dev.stringsvc.program.Environment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes the traces of the calls that a program serves. Thread-safe.
public interface Tracing extends AutoCloseable {
    /// Makes no spans. A trace still has the id that the caller sent, and is passed on.
    Tracing OFF = new NoTracing();

    /// Begins the trace of a request, or continues the caller's.
    CallTrace.OfHttp http(HttpHead head);

    /// Begins the trace of a gRPC call, or continues the caller's.
    CallTrace.OfRpc rpc(RpcHead head);

    /// Sends what is left, for a few seconds at most.
    @Override
    void close();

    /// What a span says of its program.
    ///
    /// @param name       the service, unless a variable names another
    /// @param instanceId the instance, by the name that the registry knows
    record Program(String name, String instanceId) {}

    /// @param path   without the query
    /// @param fields the values of a header field by its name, in any case
    record HttpHead(
            String method,
            String scheme,
            @Nullable String host,
            String path,
            String protocol,
            InetSocketAddress peer,
            Function<String, List<String>> fields) {}

    /// @param method such as `pb.Notificator/SendEmail`
    /// @param fields the values of the metadata by their names
    record RpcHead(
            String method,
            @Nullable String host,
            @Nullable SocketAddress peer,
            Function<String, List<String>> fields) {}

    /// Starts to send traces if the environment names an endpoint; otherwise returns [#OFF].
    ///
    /// @throws IllegalArgumentException when one of OpenTelemetry's variables is not valid; the message is
    /// for the user
    static Tracing start(Environment environment, Program program) {
        if (!TraceVariables.on(environment)) {
            return OFF;
        }
        try {
            return SpanTracing.start(environment, program);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("traces: " + e.getMessage(), e);
        }
    }
}
