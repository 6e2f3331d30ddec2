package dev.stringsvc.gateway.client;

import dev.stringsvc.gateway.http.GrpcStatus;
import java.util.Locale;

/// How a request ended, in a word.
public enum Outcome {
    /// The client got a complete response with a status below 400, and a gRPC call ended with `OK`.
    OK,
    /// The client's fault: a status from 400 to 498 or such a gRPC status, of an instance or the gateway.
    CLIENT_ERROR,
    /// An instance answered completely, with a status of 500 or more or such a gRPC status.
    SERVER_ERROR,
    /// The client got no complete response of an instance, and it was not the client's fault.
    FAILED,
    /// The client went away before it had its response.
    CLIENT_GONE;

    public static Outcome of(Exchange exchange) {
        int status = exchange.status();
        boolean complete = exchange.error() == null;
        if (status == 499) {
            return CLIENT_GONE;
        }
        if (status >= 400) {
            return status < 499 ? CLIENT_ERROR : complete ? SERVER_ERROR : FAILED;
        }
        if (exchange.call() == null) {
            return complete ? OK : FAILED;
        }
        GrpcStatus grpc = exchange.call().status();
        if (grpc.isServersFault()) {
            return complete ? SERVER_ERROR : FAILED;
        }
        return grpc != GrpcStatus.OK ? CLIENT_ERROR : complete ? OK : FAILED;
    }

    /// True if the service, its instances, the gateway or the way to the client failed, and not the request.
    public boolean isFailure() {
        return switch (this) {
            case OK, CLIENT_ERROR -> false;
            case SERVER_ERROR, FAILED, CLIENT_GONE -> true;
        };
    }

    /// The word in the log, for example `client-error`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
