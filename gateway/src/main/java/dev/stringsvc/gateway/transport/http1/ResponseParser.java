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

/// Reads an instance's answers by Jetty's strict parser (RFC 9112), and refuses besides what leaves in
/// doubt where an answer ends. Used by one thread.
final class ResponseParser {
    /// The most that is read, in bytes, without a byte of a body: heads, interim ones included, the
    /// extensions of a chunk, and trailers.
    private static final int MOST_WITHOUT_BODY = 65_536;

    private static final int LAST_STATUS = 599;

    private final Handler handler = new Handler();
    private final HttpParser parser = new HttpParser(handler, -1, HttpCompliance.STRICT);
    private int withoutBody;

    /// What was found.
    enum Event {
        /// All bytes are read, and more must come.
        MORE,
        HEAD,
        /// A part of the body, as long as [#contentLength] says.
        CONTENT,
        /// The answer's end.
        END
    }

    ResponseParser() {
        parser.setHeaderCacheSize(0);
        parser.setHeaderCacheCaseSensitive(true); // values pass byte for byte
    }

    /// Makes ready for the next answer.
    ///
    /// @param toHead true if the request's method is HEAD
    void begin(boolean toHead) {
        withoutBody = 0;
        next(toHead);
    }

    /// Makes ready for the answer that follows an interim one.
    void afterInterim(boolean toHead) {
        next(toHead);
    }

    private void next(boolean toHead) {
        parser.reset();
        parser.setHeadResponse(toHead);
        handler.clear();
    }

    /// Reads on.
    ///
    /// @throws ProtocolException where the instance breaks HTTP's rules
    Event parse(ByteBuffer in) throws ProtocolException {
        if (parser.isStart() && in.hasRemaining() && in.get(in.position()) != 'H') {
            throw new ProtocolException("no answer in HTTP"); // Jetty skips some characters before one
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

    /// Jetty's parser asserts that what is malformed is a client's request.
    private boolean parseNext(ByteBuffer in) throws ProtocolException {
        try {
            return parser.parseNext(in);
        } catch (AssertionError e) {
            throw new ProtocolException("the parser cannot read it");
        }
    }

    private void count(int read) throws ProtocolException {
        if (handler.event == Event.CONTENT) {
            withoutBody = 0;
        } else {
            withoutBody += read;
            if (withoutBody > MOST_WITHOUT_BODY) {
                throw new ProtocolException("more than 64 KiB of an answer without a byte of its body");
            }
        }
    }

    /// Notes that the connection has ended.
    ///
    /// @return true if the answer ends with it; false where it is cut short
    boolean end() {
        return parser.isState(HttpParser.State.EOF_CONTENT);
    }

    private void checkHead() throws ProtocolException {
        if (handler.version != HttpVersion.HTTP_1_1 && handler.version != HttpVersion.HTTP_1_0) {
            throw new ProtocolException("a version of HTTP that nobody asked for");
        }
        List<String> codings = handler.fields.all("Transfer-Encoding");
        if (!codings.isEmpty() && (codings.size() > 1 || !codings.getFirst().equalsIgnoreCase("chunked"))) {
            throw new ProtocolException("a transfer coding that nobody asked for: " + codings);
        }
        if (handler.status > LAST_STATUS) {
            throw new ProtocolException("a status that HTTP does not know: " + handler.status);
        }
        if (handler.status == 205 && parser.getContentLength() > 0) {
            throw new ProtocolException("a 205 with a body");
        }
    }

    int status() {
        return handler.status;
    }

    /// The answer's fields.
    HeaderFields fields() {
        return handler.fields;
    }

    /// The fields that followed the body.
    HeaderFields trailers() {
        return handler.trailers;
    }

    /// `HTTP/1.1` or `HTTP/1.0`.
    String version() {
        return handler.version.asString();
    }

    /// How long the part of the body is that was just read, in bytes; it ends where the buffer stands.
    int contentLength() {
        return handler.contentLength;
    }

    /// True if the connection may carry another request, as far as this answer says.
    boolean keepsAlive() {
        boolean http11 = handler.version == HttpVersion.HTTP_1_1;
        return http11 ? !connectionSays("close") : connectionSays("keep-alive") && !hasCoding();
    }

    /// HTTP/1.0 knows no chunks (RFC 9112, section 6.1).
    private boolean hasCoding() {
        return handler.fields.first(HttpHeader.TRANSFER_ENCODING.asString()) != null;
    }

    /// True if the `Connection` field has the option.
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
