package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientBody;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// A body that a client may still be sending when its request is answered. The bytes that follow on the
/// connection are then not a new request.
final class UnreadBody {
    private UnreadBody() {}

    /// True if the client may still be sending a body that nobody will read.
    static boolean isLeft(ClientRequest request) {
        @Nullable ClientBody body = request.scope().body();
        try {
            if (body != null) {
                return !body.isHere(Integer.MAX_VALUE);
            }
        } catch (IOException e) {
            return true;
        }
        HttpFields given = request.fields();
        return given.contains(HttpHeader.TRANSFER_ENCODING) || given.getLongField(HttpHeader.CONTENT_LENGTH) > 0;
    }

    /// Tells the client to stop sending, now that its answer is written.
    static void end(ClientRequest request) {
        forgetDemand(request.request());
        request.client().endUnread(request.request());
    }

    /// Cancels Jetty's pending demand for more of the body. Otherwise Jetty would treat the request as
    /// unfinished and end the connection as failed. A simulated timeout is the way to cancel a demand.
    private static void forgetDemand(Request request) {
        HttpChannel.@Nullable IdleTimeoutTask expired =
                HttpChannel.from(request).onIdleTimeout(new TimeoutException("the body is no longer read"));
        if (expired != null) {
            expired.action().run();
        }
    }
}
