package dev.stringsvc.gateway.http;

import org.jspecify.annotations.Nullable;

/// The status of a gRPC call, by google.rpc.Code, which also gives the HTTP statuses.
public enum GrpcStatus {
    OK(0, 200),
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    DEADLINE_EXCEEDED(4, 504),
    NOT_FOUND(5, 404),
    ALREADY_EXISTS(6, 409),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    ABORTED(10, 409),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    /// The name of the header field or trailer that carries it.
    public static final String FIELD = "grpc-status";

    private static final GrpcStatus[] ALL = values();

    private final int code;
    private final int httpStatus;

    GrpcStatus(int code, int httpStatus) {
        this.code = code;
        this.httpStatus = httpStatus;
    }

    /// The number on the wire, from 0 to 16.
    public int code() {
        return code;
    }

    /// The HTTP status for a client that does not speak gRPC.
    public int httpStatus() {
        return httpStatus;
    }

    /// The status that a `grpc-status` field means: [#UNKNOWN] for a value that is not a known number.
    /// `null` where there is no such field.
    public static @Nullable GrpcStatus of(@Nullable String field) {
        if (field == null) {
            return null;
        }
        int code = 0;
        for (int i = 0; i < field.length(); i++) {
            int digit = field.charAt(i) - '0';
            if (digit < 0 || digit > 9 || code > ALL.length) {
                return UNKNOWN;
            }
            code = code * 10 + digit;
        }
        return field.isEmpty() || code >= ALL.length ? UNKNOWN : ALL[code];
    }

    /// True if the service or the gateway is to blame, or their limits; false if the caller is.
    public boolean isServersFault() {
        return isInstancesFault() || this == DEADLINE_EXCEEDED || this == RESOURCE_EXHAUSTED;
    }

    /// The status of a call whose stream was reset ("gRPC over HTTP2", section "HTTP2 Transport Mapping").
    ///
    /// @param code of HTTP/2 (RFC 9113, section 7)
    public static GrpcStatus ofReset(int code) {
        return switch (code) {
            case 0x7 -> UNAVAILABLE; // REFUSED_STREAM
            case 0x8 -> CANCELLED; // CANCEL
            case 0xb -> RESOURCE_EXHAUSTED; // ENHANCE_YOUR_CALM
            case 0xc -> PERMISSION_DENIED; // INADEQUATE_SECURITY
            default -> INTERNAL;
        };
    }

    /// True if the instance is to blame, as for an HTTP status of 500 or above; false if the caller is.
    public boolean isInstancesFault() {
        return switch (this) {
            case UNAVAILABLE, INTERNAL, UNKNOWN, DATA_LOSS -> true;
            case OK,
                    CANCELLED,
                    INVALID_ARGUMENT,
                    DEADLINE_EXCEEDED,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED -> false;
        };
    }
}
