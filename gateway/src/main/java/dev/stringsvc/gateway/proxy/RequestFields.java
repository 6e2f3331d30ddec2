package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.RequestId;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.ClientFields;
import dev.stringsvc.gateway.http.GrpcWeb;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.route.HeaderEdits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// The header fields and trailers of a request that an instance gets. Thread-safe.
final class RequestFields {
    /// Fields that describe the body of a request that becomes a call, or the body of its answer.
    private static final Set<String> NOT_OF_CALL = Set.of(
            "accept",
            "accept-charset",
            "accept-encoding",
            "content-encoding",
            "content-type",
            "range",
            "te",
            "trailer");

    private final Forwarding forwarding;
    private final Via via;

    RequestFields(Forwarding forwarding, Via via) {
        this.forwarding = forwarding;
        this.via = via;
    }

    /// The fields of the request's head.
    ///
    /// @param body as the instance gets it
    HeaderFields head(ClientRequest request, Origin origin, Target target, Body body) {
        HttpFields given = request.fields();
        HeaderEdits edits = target.route().requestHeaders();
        @Nullable String connection = connection(given);
        var fields = new HeaderFields();
        for (HttpField field : given) {
            String value = field.getValue();
            if (value != null
                    && Headers.passesUpstream(field.getName(), connection)
                    && ClientFields.passes(field.getName(), origin.trusted())) {
                fields.add(field.getName(), value);
            }
        }
        if (Headers.takesTrailers(given.get(HttpHeader.TE))) {
            fields.add("TE", "trailers");
        }
        @Nullable String host = given.get(HttpHeader.HOST);
        if (host != null && target.forward().preserveHost()) {
            fields.add("Host", host);
        }
        forwarding.addHeaders(origin.hop(), given, fields);
        forwarding.addPrefix(origin.trusted(), target.stripped(), given, fields);
        fields.add(RequestId.HEADER, request.id()).add("Via", via.of(request.protocol()));
        if (!edits.none()) {
            fields.retain(edits::keeps);
            edits.set().forEach(fields::add);
        }
        announceTrailers(given, edits, body, fields);
        return fields;
    }

    /// Makes the head of a JSON request that of its call.
    static void ofCall(HeaderFields ofRequest) {
        ofRequest.retain(name -> {
            String lower = name.toLowerCase(Locale.ROOT);
            return !NOT_OF_CALL.contains(lower) && !lower.startsWith("grpc-");
        });
        ofRequest.add("Content-Type", "application/grpc").add("TE", "trailers");
    }

    /// Makes the head of a gRPC-Web request that of its call.
    static void ofWeb(HeaderFields ofRequest, GrpcWeb web) {
        ofRequest.retain(name -> !NOT_OF_CALL.contains(name.toLowerCase(Locale.ROOT)));
        ofRequest.add("Content-Type", web.callType()).add("TE", "trailers");
    }

    /// The trailers that an instance gets. Must be called after the whole body was read, by the thread
    /// that read it.
    static HeaderFields trailers(Request request, HeaderEdits edits) {
        @Nullable HttpFields given = request.getTrailers();
        if (given == null) {
            return HeaderFields.NONE;
        }
        @Nullable String connection = connection(request.getHeaders());
        var trailers = new HeaderFields();
        for (HttpField field : given) {
            @Nullable String value = field.getValue();
            if (value != null
                    && Sendable.isField(field.getName(), value)
                    && passes(field.getName(), connection, edits)) {
                trailers.add(field.getName(), value);
            }
        }
        return trailers;
    }

    /// Passes the client's `Trailer` on if trailers may follow the body and at least one of them
    /// passes.
    private static void announceTrailers(HttpFields given, HeaderEdits edits, Body body, HeaderFields to) {
        boolean possible = switch (body) {
            case Body.None() -> false;
            case Body.Buffered(var _, HeaderFields trailers) -> !trailers.isEmpty();
            case Body.Streamed streamed -> streamed.length() < 0;
        };
        if (!possible || !given.contains(HttpHeader.TRAILER)) {
            return;
        }
        @Nullable String connection = connection(given);
        List<String> names = new ArrayList<>();
        for (String list : given.getValuesList(HttpHeader.TRAILER)) {
            for (String name : list.split(",", -1)) {
                if (!name.isBlank() && passes(name.strip(), connection, edits)) {
                    names.add(name.strip());
                }
            }
        }
        if (!names.isEmpty()) {
            to.add("Trailer", String.join(", ", names));
        }
    }

    private static boolean passes(String name, @Nullable String connection, HeaderEdits edits) {
        return Headers.passesAsTrailer(name, connection) && edits.keeps(name);
    }

    private static @Nullable String connection(HttpFields given) {
        return Headers.connection(given.getValuesList(HttpHeader.CONNECTION));
    }
}
