package dev.stringsvc.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stringsvc.etcd.EtcdException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okio.BufferedSource;

/// One answer of `/v3/watch`: messages, one a line.
final class WatchStream implements AutoCloseable {
    private static final Json.Reader<Answers.Watched> MESSAGE =
            Json.streamed(Answers.Watched.class, message -> message);
    private static final Json.Reader<Answers.Watched> FIRST =
            Json.streamed(Answers.Watched.class, Answers.Watched::withRevision);

    private final JsonGateway.Stream stream;
    private final EtcdLimits limits;
    private final Answers.Watched first;

    private WatchStream(JsonGateway.Stream stream, EtcdLimits limits) throws IOException {
        this.stream = stream;
        this.limits = limits;
        this.first = read(FIRST);
    }

    /// Returns once etcd has said that it has created the watch.
    static WatchStream open(JsonGateway gateway, Map<String, ?> create, String token, EtcdLimits limits)
            throws EtcdException {
        JsonGateway.Stream stream = gateway.open("/v3/watch", Map.of("create_request", create), token);
        try {
            var watch = new WatchStream(stream, limits);
            if (!watch.first.created()) {
                throw new EtcdException(
                        Kind.UNREADABLE,
                        "etcd at " + stream.endpoint() + " has not created the watch that was asked for");
            }
            if (watch.first.canceled() && watch.first.compacted() == 0) {
                throw Refusal.of(
                        "etcd at " + stream.endpoint() + " refused the watch: ", 0, watch.first.sentence(), false);
            }
            stream.source().timeout().timeout(limits.silence().toNanos(), TimeUnit.NANOSECONDS);
            return watch;
        } catch (IOException e) {
            stream.response().close();
            throw watch(stream, e, limits);
        }
    }

    private static EtcdException watch(JsonGateway.Stream stream, IOException e, EtcdLimits limits) {
        return e instanceof EtcdException known
                ? known
                : JsonGateway.unreachable(stream.endpoint(), e, limits.answer());
    }

    /// The message that says that the watch is created. It names the revision that the member is
    /// at.
    Answers.Watched first() {
        return first;
    }

    EtcdEndpoint endpoint() {
        return stream.endpoint();
    }

    /// Waits for the next message.
    ///
    /// @throws java.io.SocketTimeoutException if none came within the limit of silence
    Answers.Watched next() throws IOException {
        return read(MESSAGE);
    }

    private Answers.Watched read(Json.Reader<Answers.Watched> reader) throws IOException {
        return JsonGateway.read(stream.endpoint(), line().getBytes(UTF_8), reader);
    }

    private String line() throws IOException {
        BufferedSource source = stream.source();
        try {
            return source.readUtf8LineStrict(limits.bytes());
        } catch (EOFException e) {
            if (source.getBuffer().size() > limits.bytes()) {
                throw JsonGateway.tooLarge(stream.endpoint(), limits.bytes());
            }
            throw new EtcdException(Kind.UNREACHABLE, "etcd at " + stream.endpoint() + " ended the watch", e);
        }
    }

    /// Ends the watch. A thread that waits for a message gets an exception. May be called by any
    /// thread.
    void cancel() {
        stream.call().cancel();
    }

    /// Not to be called while another thread waits for a message.
    @Override
    public void close() {
        cancel();
        stream.response().close();
    }
}
