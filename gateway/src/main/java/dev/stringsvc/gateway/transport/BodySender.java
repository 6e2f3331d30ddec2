package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sends a request's body while it is read from the client, on its own virtual thread. The attempt's
/// thread waits for the response meanwhile, since an instance may respond before it has the whole body.
/// Thread-safe.
public final class BodySender {
    private static final int CHUNK = 16_384;
    private static final Duration END_WAIT = Duration.ofMillis(50);

    /// Writes the body to the instance. Called by one thread.
    public interface Sink {
        /// Sends all of these bytes, and waits while the instance reads slowly.
        void write(byte[] bytes, int from, int count) throws IOException;

        /// Ends the body.
        void end(HeaderFields trailers) throws IOException;

        /// Aborts the attempt, because the rest of the body will not come. Wakes the attempt's thread.
        void abort();
    }

    private final Body.Streamed body;
    private final Sink sink;
    private final Watchdog.@Nullable Watch watch;
    private final Duration timeout;
    private final Thread thread = Thread.ofVirtual().unstarted(this::send);
    private volatile @Nullable Duration idle;
    private volatile boolean ending;
    private volatile boolean done;
    private volatile boolean stopped;
    private volatile @Nullable IOException clientFailure;

    private BodySender(Body.Streamed body, Sink sink, Watchdog.@Nullable Watch watch, Duration timeout) {
        this.body = body;
        this.sink = sink;
        this.watch = watch;
        this.timeout = timeout;
    }

    /// Starts to send. Until the response arrives, the attempt's timeout pauses while the gateway waits
    /// for the client, and starts again when the instance has to read bytes or to respond.
    ///
    /// @param watch the attempt's timeout; `null` if it must not pause
    /// @param timeout for the instance to read bytes, and from the last byte to the response
    public static BodySender start(Body.Streamed body, Sink sink, Watchdog.@Nullable Watch watch, Duration timeout) {
        var sender = new BodySender(body, sink, watch, timeout);
        sender.thread.start();
        return sender;
    }

    private void send() {
        byte[] chunk = new byte[CHUNK];
        long position = 0;
        try {
            while (true) {
                int n = read(position, chunk);
                if (n < 0) {
                    HeaderFields trailers = trailers();
                    ending = true;
                    sink.end(trailers);
                    done = true;
                    return;
                }
                position += n;
                ending = position == body.length();
                sink.write(chunk, 0, n);
                renew();
            }
        } catch (ClientFailedException e) {
            if (!stopped) {
                clientFailure = e.why;
                sink.abort();
            }
        } catch (IOException e) {
            // the instance reads no more: the attempt's thread reads the response, or notices that the connection broke
        } catch (RuntimeException e) {
            sink.abort(); // for example the start of the body is no longer in memory: the client is not at fault
        }
    }

    /// @throws ClientFailedException also after [#stop]
    private int read(long position, byte[] chunk) throws ClientFailedException {
        waitForClient();
        int n;
        try {
            n = body.read(position, chunk);
        } catch (IOException e) {
            throw new ClientFailedException(e);
        }
        if (stopped) {
            throw new ClientFailedException(new AbandonedException());
        }
        waitForInstance();
        return n;
    }

    private HeaderFields trailers() throws ClientFailedException {
        try {
            return body.trailers();
        } catch (RuntimeException e) {
            throw new ClientFailedException(new IOException(e));
        }
    }

    private synchronized void waitForClient() {
        if (idle == null && watch != null) {
            watch.pause();
        }
    }

    private synchronized void waitForInstance() {
        if (idle == null && watch != null) {
            watch.expireAfter(timeout);
        }
    }

    /// The response has arrived. From now on the watch limits how long the instance is idle, and an
    /// instance that takes the body is not idle.
    ///
    /// @param idle the longest pause within the response
    public synchronized void answered(Duration idle) {
        this.idle = idle;
    }

    private void renew() {
        @Nullable Duration now = idle;
        if (now != null && watch != null) {
            watch.renew(now);
        }
    }

    /// Stops sending. Bytes that a repeatable body has read are kept for the next attempt.
    public void stop() {
        stopped = true;
    }

    /// True if the whole body was sent. Waits a moment if only the end is missing, since the response
    /// may arrive before the sender's thread has noted that its last write is done.
    public boolean done() {
        if (ending && !done) {
            try {
                thread.join(END_WAIT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return done;
    }

    /// Why the client's body broke off; `null` if it did not.
    public @Nullable IOException clientFailure() {
        return clientFailure;
    }

    private static final class ClientFailedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient IOException why;

        private ClientFailedException(IOException why) {
            super(why);
            this.why = why;
        }
    }
}
