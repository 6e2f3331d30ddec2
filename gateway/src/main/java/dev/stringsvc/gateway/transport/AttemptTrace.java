package dev.stringsvc.gateway.transport;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import org.jspecify.annotations.Nullable;

/// What happened on the wire during one call, as far as the retry question needs it. Used by the calling thread only.
final class AttemptTrace extends EventListener {
    private @Nullable CountedSocket socket;
    private boolean begun;
    private long acceptedBefore;
    private @Nullable IOException clientFailure;
    private @Nullable String retryAfter;
    private boolean userAgentGiven;

    /// The trace that was put on the call's request.
    static EventListener of(Call call) {
        @Nullable AttemptTrace trace = call.request().tag(AttemptTrace.class);
        return trace == null ? EventListener.NONE : trace;
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        if (connection.socket() instanceof CountedSocket counted) {
            socket = counted;
            acceptedBefore = counted.bytesAccepted();
        }
    }

    @Override
    public void requestHeadersStart(Call call) {
        begun = true;
    }

    /// Whether it is certain that not one byte of the request reached the instance: it had not begun to leave, or the
    /// connection's other end was gone and the kernel took nothing.
    boolean nothingSent() {
        return !begun || (socket != null && socket.bytesAccepted() == acceptedBefore);
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

    /// Keeps a `Retry-After` out of OkHttp's sight until the response is handed on.
    void hideRetryAfter(String value) {
        retryAfter = value;
    }

    @Nullable
    String retryAfter() {
        return retryAfter;
    }
}
