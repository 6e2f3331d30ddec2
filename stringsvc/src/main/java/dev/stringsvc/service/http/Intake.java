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

/// Where requests come in: counts those in flight, and once the service drains asks each caller to close its
/// connection after the answer, so that pooled connections go away before the process does. Thread-safe.
final class Intake extends Handler.Wrapper {
    /// Javalin remembers each new method it meets for ever, and fails on lower case: it shall see none but these.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY");

    /// What is counted as in flight once nothing is taken any more, and stays far below 0.
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean draining;

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (inFlight.getAndUpdate(count -> count < 0 ? count : count + 1) < 0) {
            Parting.refuse(request.getConnectionMetaData().getConnection().getEndPoint());
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

    /// Asks the caller to close its connection, where the service drains. Called last, when the answer is ready: a
    /// request may have come before the drain and be answered in it.
    void partWhenDraining(Context ctx) {
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

    /// Waits until nothing is in flight, at most `longest`; from then on what comes in is refused. Returns whether
    /// nothing was.
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
