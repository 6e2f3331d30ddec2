package dev.stringsvc.gateway.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the head of a gRPC request says about its call.
///
/// Source: "gRPC over HTTP2", section "Requests", and gRFC A6 for retries.
///
/// @param timeout for the whole call; `null` if the client sets none
/// @param previousAttempts the attempts that the client has made before this one
public record GrpcCall(@Nullable Duration timeout, int previousAttempts) {
    public static final String TIMEOUT = "grpc-timeout";
    public static final String MESSAGE = "grpc-message";
    static final String PREVIOUS_ATTEMPTS = "grpc-previous-rpc-attempts";

    private static final String CONTENT_TYPE = "application/grpc";
    private static final int MOST_DIGITS = 8;
    private static final long LARGEST = 99_999_999;
    private static final String UNITS = "numSMH";
    private static final long[] UNIT_NANOS = {1, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L};

    /// True for the content type of a gRPC call, such as `application/grpc+proto`; false for gRPC-Web.
    public static boolean isContentType(@Nullable String contentType) {
        if (contentType == null || !contentType.regionMatches(true, 0, CONTENT_TYPE, 0, CONTENT_TYPE.length())) {
            return false;
        }
        if (contentType.length() == CONTENT_TYPE.length()) {
            return true;
        }
        char next = contentType.charAt(CONTENT_TYPE.length());
        return next == '+' || next == ';' || next == ' ';
    }

    /// The call of a request with this head; `null` if it is not a gRPC call. A malformed timeout counts
    /// as none.
    public static @Nullable GrpcCall of(HeaderFields head) {
        return isContentType(head.first("Content-Type"))
                ? new GrpcCall(timeout(head.first(TIMEOUT)), attempts(head.first(PREVIOUS_ATTEMPTS)))
                : null;
    }

    /// The duration of a `grpc-timeout`: one to eight digits and a unit; `null` if it is missing or
    /// malformed.
    public static @Nullable Duration timeout(@Nullable String value) {
        if (value == null || value.length() < 2 || value.length() > MOST_DIGITS + 1) {
            return null;
        }
        int unit = UNITS.indexOf(value.charAt(value.length() - 1));
        if (unit < 0) {
            return null;
        }
        long amount = digits(value.substring(0, value.length() - 1));
        // 99,999,999 hours are more nanoseconds than a long holds
        return amount < 0 ? null : Duration.ofNanos(saturated(amount, UNIT_NANOS[unit]));
    }

    private static long saturated(long amount, long nanos) {
        return amount > Long.MAX_VALUE / 4 / nanos ? Long.MAX_VALUE / 4 : amount * nanos;
    }

    /// The number; -1 if it has other characters than digits.
    private static long digits(String text) {
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int attempts(@Nullable String value) {
        return value == null || value.isEmpty() || value.length() > 4 ? 0 : (int) Math.max(0, digits(value));
    }

    /// The value of `grpc-timeout` for a duration, rounded down to eight digits.
    public static String format(Duration timeout) {
        long nanos = Math.max(1, timeout.toNanos());
        int unit = 0;
        while (nanos / UNIT_NANOS[unit] > LARGEST) {
            unit++;
        }
        return nanos / UNIT_NANOS[unit] + UNITS.substring(unit, unit + 1);
    }

    /// The head of one attempt: it says how much time is left, and how many attempts came before.
    ///
    /// @param head of the client's request
    /// @param made the attempts that the gateway has made for this request
    /// @param left until the call's deadline; `null` if it has none
    public HeaderFields attempt(HeaderFields head, int made, @Nullable Duration left) {
        if (made == 0 && left == null) {
            return head;
        }
        var attempt = new HeaderFields();
        head.forEach((name, value) -> {
            boolean replaced = (left != null && name.equalsIgnoreCase(TIMEOUT))
                    || (made > 0 && name.equalsIgnoreCase(PREVIOUS_ATTEMPTS));
            if (!replaced) {
                attempt.add(name, value);
            }
        });
        if (left != null) {
            attempt.add(TIMEOUT, format(left));
        }
        if (made > 0) {
            attempt.add(PREVIOUS_ATTEMPTS, Integer.toString(previousAttempts + made));
        }
        return attempt;
    }

    /// The value of `grpc-message`: UTF-8, in which all but printable ASCII, and `%`, is percent-encoded.
    public static String encodeMessage(String message) {
        var encoded = new StringBuilder(message.length());
        for (byte b : message.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 0x7f && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", Byte.toUnsignedInt(b)));
            }
        }
        return encoded.toString();
    }

    /// The status of an answer that has no message and whose trailers came with its head; `null` for any
    /// other answer.
    public static @Nullable GrpcStatus statusAlone(UpstreamResponse response) {
        return isContentType(response.header("Content-Type")) ? GrpcStatus.of(response.header(GrpcStatus.FIELD)) : null;
    }

    /// True for the answer to a call whose status is still to come, in its trailers.
    public static boolean isOpen(UpstreamResponse response) {
        return isContentType(response.header("Content-Type")) && response.header(GrpcStatus.FIELD) == null;
    }
}
