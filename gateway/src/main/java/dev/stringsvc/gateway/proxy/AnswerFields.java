package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.HttpPort;
import dev.stringsvc.gateway.http.ContentLength;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.Sendable;
import dev.stringsvc.gateway.route.HeaderEdits;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/// Copies the header fields of an instance's answer that go to the client, and checks that every client
/// can receive them. Used by one thread.
public final class AnswerFields {
    private final HttpFields.Mutable to;
    private final @Nullable String connection;
    private final HeaderEdits edits;
    private int bytes;
    private @Nullable String length;
    private boolean malformed;

    /// @param to gets the fields that pass
    /// @param connection the answer's `Connection` field
    AnswerFields(HttpFields.Mutable to, @Nullable String connection, HeaderEdits edits) {
        this.to = to;
        this.connection = connection;
        this.edits = edits;
    }

    /// Copies one field if it passes.
    ///
    /// @param always true if the field passes although it is a hop-by-hop field
    void add(String name, String value, boolean always) {
        if (!Sendable.isField(name, value)) {
            malformed = true;
        } else if ((always || Headers.passesDownstream(name, connection)) && edits.keeps(name)) {
            to.add(name, value);
            bytes += name.length() + value.length() + ": \r\n".length();
        }
    }

    /// Copies a `Content-Length`. A repeated equal length is copied once.
    void addLength(String value) {
        malformed |= !ContentLength.isValid(value) || (length != null && !length.equals(value));
        if (length == null && !malformed) {
            length = value;
            add(HttpHeader.CONTENT_LENGTH.asString(), value, false);
        }
    }

    /// Why the answer cannot be passed on; empty where it can.
    Optional<String> fault() {
        if (malformed) {
            return Optional.of("a malformed head");
        }
        return bytes > HttpPort.MOST_ANSWER_HEAD_BYTES ? Optional.of("too long a head") : Optional.empty();
    }
}
