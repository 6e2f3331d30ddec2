package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.GrpcWeb;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.route.HeaderEdits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// The head of an instance's answer as a client gets it. Used by the request's thread.
///
/// @param fields the head that is about to be sent
/// @param takesTrailers true if the client says that it takes trailers
record AnswerHead(ClientRequest request, UpstreamResponse upstream, HttpFields.Mutable fields, boolean takesTrailers) {
    static AnswerHead of(ClientRequest request, UpstreamResponse upstream, HttpFields.Mutable fields) {
        return new AnswerHead(
                request,
                upstream,
                fields,
                request.isCall() || Headers.takesTrailers(request.fields().get(HttpHeader.TE)));
    }

    /// Copies the fields that pass.
    ///
    /// @return why the answer cannot be passed on; empty where it can
    Optional<String> copy(HeaderEdits edits) {
        var taken = new AnswerFields(fields, connection(), edits);
        upstream.forEachHeader((name, value) -> {
            if (!HttpHeader.CONTENT_LENGTH.is(name)) {
                taken.add(name, value, takesTrailers && HttpHeader.TRAILER.is(name));
            } else if (upstream.status() != HttpStatus.NO_CONTENT_204) {
                taken.addLength(value);
            }
        });
        edits.set().forEach(fields::put);
        fields.add(HttpHeader.VIA, Headers.via(upstream.protocol()));
        return taken.fault();
    }

    /// The answer's `Connection` field; `null` where it has none.
    @Nullable
    String connection() {
        List<String> values = new ArrayList<>(1);
        upstream.forEachHeader((name, value) -> {
            if (name.equalsIgnoreCase("Connection")) {
                values.add(value);
            }
        });
        return Headers.connection(values);
    }

    /// Makes it the head of an answer to a gRPC-Web request.
    void become(GrpcWeb web) {
        fields.remove(HttpHeader.CONTENT_LENGTH);
        fields.put(HttpHeader.CONTENT_TYPE, web.answerType());
    }

    boolean isTooLongForClient() {
        int most = request.client().maxHeadBytes();
        return most < Integer.MAX_VALUE
                && fields.stream().mapToInt(AnswerHead::listSize).sum() > most;
    }

    /// The size of a field as HTTP/2 counts it (RFC 9113, section 6.5.2).
    private static int listSize(HttpField field) {
        return field.getName().length() + String.valueOf(field.getValue()).length() + 32;
    }

    /// Allows trailers after the body where the client's protocol can carry them, and returns true if
    /// it can. In HTTP/2 trailers may follow a body of known length; such a body is sent to an HTTP/1.1
    /// client in chunks if trailers are announced.
    boolean allowTrailers() {
        if (!takesTrailers) {
            return false;
        }
        if (!fields.contains(HttpHeader.CONTENT_LENGTH)) {
            return true;
        }
        if (!upstream.protocol().equals("HTTP/2.0")) {
            return false;
        }
        boolean announced = !request.isHttp2() && fields.contains(HttpHeader.TRAILER) && !request.isHead();
        if (announced) {
            fields.remove(HttpHeader.CONTENT_LENGTH);
        }
        return request.isHttp2() || announced;
    }

    /// Sends a chunked answer in chunks even where all of it has already arrived.
    void keepChunks() {
        boolean bodiless = upstream.status() == HttpStatus.NO_CONTENT_204
                || upstream.status() == HttpStatus.NOT_MODIFIED_304
                || request.isHead();
        if (!bodiless && !fields.contains(HttpHeader.CONTENT_LENGTH) && request.version() == HttpVersion.HTTP_1_1) {
            fields.put(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
    }
}
