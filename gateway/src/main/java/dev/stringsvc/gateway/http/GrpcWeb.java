package dev.stringsvc.gateway.http;

import org.jspecify.annotations.Nullable;

/// A gRPC-Web request, as its head describes it: a gRPC call of a browser, which cannot read trailers.
///
/// Source: PROTOCOL-WEB.md of grpc/grpc.
///
/// @param format for example `+proto`; empty if the client does not say
/// @param textRequest true if the request's body is in base64
/// @param textAnswer true if the client wants the answer's body in base64
public record GrpcWeb(String format, boolean textRequest, boolean textAnswer) {
    private static final String BINARY = "application/grpc-web";
    private static final String TEXT = BINARY + "-text";

    /// `null` if the request is not gRPC-Web.
    ///
    /// @param accept the request's `Accept`; without a type of gRPC-Web the answer is of the request's type
    public static @Nullable GrpcWeb of(@Nullable String contentType, @Nullable String accept) {
        @Nullable String format = format(contentType);
        if (format == null) {
            return null;
        }
        boolean text = isText(contentType);
        return new GrpcWeb(format, text, format(accept) == null ? text : isText(accept));
    }

    /// The format that a content type of gRPC-Web names; `null` for any other content type.
    private static @Nullable String format(@Nullable String type) {
        if (type == null || !startsWith(type, BINARY)) {
            return null;
        }
        int from = isText(type) ? TEXT.length() : BINARY.length();
        int end = from;
        while (end < type.length() && "; ,".indexOf(type.charAt(end)) < 0) {
            end++;
        }
        String format = type.substring(from, end);
        boolean valid = format.isEmpty() || (format.startsWith("+") && Token.isValid(format));
        return valid ? format : null;
    }

    private static boolean isText(@Nullable String type) {
        return type != null && startsWith(type, TEXT);
    }

    private static boolean startsWith(String type, String prefix) {
        return type.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    /// The content type of the call that an instance gets.
    public String callType() {
        return "application/grpc" + format;
    }

    /// The content type of the answer that the client gets.
    public String answerType() {
        return (textAnswer ? TEXT : BINARY) + format;
    }
}
