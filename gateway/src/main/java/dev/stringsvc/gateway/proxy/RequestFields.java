package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.route.HeaderEdits;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// The fields that follow a request's body.
final class RequestFields {
    private RequestFields() {}

    /// Those that an instance gets. To be asked once the body was read to its end, by the thread that read it.
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

    /// Passes the client's `Trailer` on, where trailers may follow the body and some of them pass.
    static void announceTrailers(HttpFields given, HeaderEdits edits, Body body, HeaderFields to) {
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
