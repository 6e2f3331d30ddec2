package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.internal.http2.ConnectionShutdownException;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import org.jspecify.annotations.Nullable;

/// What happened on the wire during one call, as far as the retry question needs it. Used by the calling thread;
/// [#cancel] by any.
final class AttemptTrace extends EventListener {
    private static final int NO_CONTENT = 204;

    private volatile @Nullable CountedSocket socket;
    /// Whether other requests share the connection: then what its socket counts says nothing of this one.
    private boolean shared;

    private boolean connected;
    private boolean begun;
    private boolean asked;
    private long acceptedBefore;
    private @Nullable IOException clientFailure;
    private int hiddenStatus;
    private volatile @Nullable Call call;
    private volatile boolean cancelled;
    private volatile boolean silent = true;
    private boolean userAgentGiven;
    private @Nullable Response noContent;

    /// The trace that was put on the call's request.
    static EventListener of(Call call) {
        @Nullable AttemptTrace trace = call.request().tag(AttemptTrace.class);
        return trace == null ? EventListener.NONE : trace;
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        shared = connection.protocol() != Protocol.HTTP_1_1;
        @Nullable CountedSocket counted = TlsSockets.below(connection.socket());
        if (counted != null) {
            socket = counted;
            acceptedBefore = counted.bytesAccepted();
        }
    }

    @Override
    public void callStart(Call call) {
        connected = false;
    }

    @Override
    public void dnsStart(Call call, String name) {
        asked = true;
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        asked = true;
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol) {
        connected = true;
    }

    /// Whether the attempt was made on a connection that had carried a request before.
    boolean onKeptConnection() {
        return socket != null && !shared && !connected;
    }

    /// How long ago the connection was written to.
    Duration unused() {
        return socket == null ? Duration.ZERO : socket.unused();
    }

    /// @param trusted whether a connection that was used before will do
    /// @throws StaleConnectionException when it was used before and will not do, or has died since
    void requireFreshConnection(boolean trusted) throws StaleConnectionException {
        if (onKeptConnection() && !(trusted && isQuiet())) {
            throw new StaleConnectionException();
        }
    }

    private boolean isQuiet() {
        return socket != null && socket.isQuiet();
    }

    /// Notes which call is to be cancelled.
    Call calling(Call call) {
        this.call = call;
        if (cancelled) {
            call.cancel();
        }
        return call;
    }

    /// Cancels the call on the line, and any further one.
    void cancel() {
        cancelled = true;
        @Nullable Call current = call;
        @Nullable CountedSocket connection = socket; // written after `shared`
        if (current != null) {
            silent = connection == null || shared || !connection.isHeard();
            current.cancel();
        }
    }

    /// Whether the instance had said nothing that was still to be read when the call was cancelled. Where
    /// requests share the connection nobody can tell, and it had not.
    boolean silent() {
        return silent;
    }

    boolean cancelled() {
        return cancelled;
    }

    @Override
    public void requestHeadersStart(Call call) {
        begun = true;
        asked = true;
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        if (response.code() == NO_CONTENT) {
            noContent = response;
        }
    }

    /// An answer without content, which OkHttp refuses where its head tells of some.
    @Nullable
    Response noContent() {
        return noContent;
    }

    /// Whether it is certain that not one byte of the request reached the instance: it had not begun to leave, the
    /// kernel took nothing since the connection's other end was gone, or the other end's kernel refused it. On a
    /// connection that is shared, it is the other end that says so: with REFUSED_STREAM, or with GOAWAY, from which
    /// OkHttp makes the same; or the connection had ended before.
    boolean nothingSent(IOException cause) {
        if (shared) {
            return !begun
                    || cause instanceof ConnectionShutdownException
                    || (cause instanceof StreamResetException reset && reset.errorCode == ErrorCode.REFUSED_STREAM);
        }
        return !begun || (socket != null && (socket.bytesAccepted() == acceptedBefore || socket.refused()));
    }

    /// Whether anything was wanted of the instance: its address, a connection, or that it reads.
    boolean asked() {
        return asked;
    }

    /// Notes that it was the client who failed.
    IOException clientFailed(IOException cause) {
        clientFailure = cause;
        return cause;
    }

    @Nullable
    IOException clientFailure() {
        return clientFailure;
    }

    void userAgentGiven(boolean given) {
        userAgentGiven = given;
    }

    boolean userAgentGiven() {
        return userAgentGiven;
    }

    /// Keeps a status that OkHttp would act on out of its sight until the response is handed on.
    void hideStatus(int status) {
        hiddenStatus = status;
    }

    /// The instance's own status.
    int status(int seen) {
        return hiddenStatus == 0 ? seen : hiddenStatus;
    }
}
