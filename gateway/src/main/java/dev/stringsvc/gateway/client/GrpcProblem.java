package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.GrpcWeb;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/// A problem as a gRPC client reads it: a status and one sentence, in the head of an answer without a
/// body.
public final class GrpcProblem {
    private GrpcProblem() {}

    /// @param web `null` if the request is not gRPC-Web
    /// @param head of an answer with HTTP status 200
    public static void put(Problem problem, @Nullable GrpcWeb web, HttpFields.Mutable head) {
        head.put(HttpHeader.CONTENT_TYPE, web == null ? "application/grpc" : web.answerType());
        putStatus(problem.grpcStatus(), problem.detail(), head);
    }

    /// @param fields the head or the trailers of an answer
    public static void putStatus(GrpcStatus status, String message, HttpFields.Mutable fields) {
        fields.put(GrpcStatus.FIELD, Integer.toString(status.code()));
        fields.put(GrpcCall.MESSAGE, GrpcCall.encodeMessage(message));
    }
}
