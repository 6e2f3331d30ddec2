package dev.stringsvc.service.http;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Counts the requests in flight. Once the service drains, asks each caller to close its connection
/// after the response, so that pooled connections end before the process does. Thread-safe.
final class Intake extends Handler.Wrapper {
    /// The only methods that reach Javalin. It keeps every new method in memory for ever, and fails on
    /// lower case.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY");

    /// Replaces the count once no request is accepted any more. It stays below 0 whatever is counted later.
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean draining;

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (inFlight.getAndUpdate(count -> count < 0 ? count : count + 1) < 0) {
            Disconnect.refuse(request.getConnectionMetaData().getConnection().getEndPoint());
            callback.failed(new EofException("the service has stopped"));
            return true;
        }
        Request.addCompletionListener(request, failure -> inFlight.decrementAndGet());
        if (!METHODS.contains(request.getMethod())) {
            Response.writeError(request, response, callback, HttpStatus.NOT_IMPLEMENTED_501);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /// If the service drains, asks the caller to close its connection. Called last, when the response
    /// is ready, because a drain may begin after the request came.
    void closeWhenDraining(Context ctx) {
        if (draining) {
            ctx.header("Connection", "close");
        }
    }

    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    int inFlight() {
        return Math.max(0, inFlight.get());
    }

    /// Waits until no request is in flight, at most `longest`. Later requests are refused. Returns true
    /// if none was left in flight.
    boolean close(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!inFlight.compareAndSet(0, CLOSED)) {
            if (System.nanoTime() - deadline >= 0) {
                return inFlight.getAndSet(CLOSED) == 0;
            }
            Thread.sleep(LOOK_AGAIN);
        }
        return true;
    }
}
