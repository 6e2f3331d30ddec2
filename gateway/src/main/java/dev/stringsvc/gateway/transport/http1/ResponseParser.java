package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.HeaderFields;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// Parses an instance's responses with Jetty's strict parser (RFC 9112), and also refuses responses
/// whose end is ambiguous. Used by one thread.
final class ResponseParser {
    /// The largest number of bytes in a row that are not part of a body: heads, interim ones included,
    /// chunk extensions and trailers.
    private static final int MAX_WITHOUT_BODY = 65_536;

    private static final int LAST_STATUS = 599;

    private final Handler handler = new Handler();
    private final HttpParser parser = new HttpParser(handler, -1, HttpCompliance.STRICT);
    private int withoutBody;

    /// What the parser has found.
    enum Event {
        /// All bytes are parsed, and more must come.
        MORE,
        HEAD,
        /// A part of the body, of the length [#contentLength].
        CONTENT,
        /// The end of the response.
        END
    }

    ResponseParser() {
        parser.setHeaderCacheSize(0);
        parser.setHeaderCacheCaseSensitive(true); // values pass byte for byte
    }

    /// Prepares for the response to a new request.
    ///
    /// @param toHead true if the request's method is HEAD
    void begin(boolean toHead) {
        withoutBody = 0;
        next(toHead);
    }

    /// Prepares for the response that follows an interim one.
    void afterInterim(boolean toHead) {
        next(toHead);
    }

    private void next(boolean toHead) {
        parser.reset();
        parser.setHeadResponse(toHead);
        handler.clear();
    }

    /// Parses up to the next event.
    ///
    /// @throws ProtocolException if the response is malformed
    Event parse(ByteBuffer in) throws ProtocolException {
        if (parser.isStart() && in.hasRemaining() && in.get(in.position()) != 'H') {
            throw new ProtocolException("the response is not HTTP"); // Jetty skips some characters before "HTTP"
        }
        handler.event = Event.MORE;
        int before;
        boolean found;
        do {
            before = in.remaining();
            found = parseNext(in);
            @Nullable String broken = handler.broken;
            if (broken != null) {
                throw new ProtocolException(broken);
            }
            count(before - in.remaining());
        } while (!found && in.remaining() != before && in.hasRemaining());
        if (handler.event == Event.HEAD) {
            checkHead();
        }
        return handler.event;
    }

    /// Jetty's parser has an assertion that fails for some malformed responses.
    private boolean parseNext(ByteBuffer in) throws ProtocolException {
        try {
            return parser.parseNext(in);
        } catch (AssertionError e) {
            throw new ProtocolException("the response cannot be parsed");
        }
    }

    private void count(int read) throws ProtocolException {
        if (handler.event == Event.CONTENT) {
            withoutBody = 0;
        } else {
            withoutBody += read;
            if (withoutBody > MAX_WITHOUT_BODY) {
                throw new ProtocolException("the response has more than 64 KiB in a row that are not its body");
            }
        }
    }

    /// True if the response ends where the connection ends; false if its end was announced in another
    /// way.
    boolean endsWithConnection() {
        return parser.isState(HttpParser.State.EOF_CONTENT);
    }

    private void checkHead() throws ProtocolException {
        if (handler.version != HttpVersion.HTTP_1_1 && handler.version != HttpVersion.HTTP_1_0) {
            throw new ProtocolException("the version is neither HTTP/1.1 nor HTTP/1.0");
        }
        List<String> codings = handler.fields.all("Transfer-Encoding");
        if (!codings.isEmpty() && (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked"))) {
            throw new ProtocolException("a transfer coding other than chunked: " + codings);
        }
        if (handler.status > LAST_STATUS) {
            throw new ProtocolException("a status above 599: " + handler.status);
        }
        if (handler.status == 205 && parser.getContentLength() > 0) {
            throw new ProtocolException("a 205 with a body");
        }
    }

    int status() {
        return handler.status;
    }

    /// The header fields.
    HeaderFields fields() {
        return handler.fields;
    }

    /// The trailer fields after the body.
    HeaderFields trailers() {
        return handler.trailers;
    }

    /// `HTTP/1.1` or `HTTP/1.0`.
    String version() {
        return handler.version.asString();
    }

    /// The length of the part of the body that was just parsed, in bytes. It ends at the buffer's
    /// position.
    int contentLength() {
        return handler.contentLength;
    }

    /// True if the response lets the connection carry another request.
    boolean keepsAlive() {
        boolean http11 = handler.version == HttpVersion.HTTP_1_1;
        return http11 ? !connectionSays("close") : connectionSays("keep-alive") && !hasCoding();
    }

    /// HTTP/1.0 has no transfer codings (RFC 9112, section 6.1).
    private boolean hasCoding() {
        return handler.fields.first(HttpHeader.TRANSFER_ENCODING.asString()) != null;
    }

    /// True if a `Connection` field has this option.
    boolean connectionSays(String option) {
        for (String value : handler.fields.all("Connection")) {
            for (String one : value.split(",", -1)) {
                if (one.strip().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static final class Handler implements HttpParser.ResponseHandler {
        private HttpVersion version = HttpVersion.HTTP_1_1;
        private int status;
        private HeaderFields fields = HeaderFields.NONE;
        private HeaderFields trailers = HeaderFields.NONE;
        private int contentLength;
        private Event event = Event.MORE;
        private @Nullable String broken;

        private void clear() {
            fields = new HeaderFields();
            trailers = HeaderFields.NONE;
            broken = null;
        }

        @Override
        public void startResponse(HttpVersion version, int status, @Nullable String reason) {
            this.version = version;
            this.status = status;
        }

        @Override
        public void parsedHeader(HttpField field) {
            fields.add(field.getName(), valueOf(field));
        }

        @Override
        public void parsedTrailer(HttpField field) {
            if (trailers == HeaderFields.NONE) {
                trailers = new HeaderFields();
            }
            trailers.add(field.getName(), valueOf(field));
        }

        private static String valueOf(HttpField field) {
            @Nullable String value = field.getValue();
            return value == null ? "" : value;
        }

        @Override
        public boolean headerComplete() {
            event = Event.HEAD;
            return true;
        }

        @Override
        public boolean content(ByteBuffer bytes) {
            contentLength = bytes.remaining();
            event = Event.CONTENT;
            return true;
        }

        @Override
        public boolean contentComplete() {
            return false;
        }

        @Override
        public boolean messageComplete() {
            event = Event.END;
            return true;
        }

        @Override
        public void earlyEOF() {
            broken = "a malformed body";
        }

        @Override
        public void badMessage(HttpException failure) {
            broken = Objects.requireNonNullElse(failure.getReason(), "not HTTP");
        }
    }
}
