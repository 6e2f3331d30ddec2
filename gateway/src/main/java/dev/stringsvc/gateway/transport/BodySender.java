package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sends a request's body as it is read, on a virtual thread of its own, while the thread of the attempt
/// listens for the answer: an instance may answer before it has the whole body. Thread-safe.
///
/// Until the answer is there, the time of the attempt stands still while the client is waited for, and
/// starts anew when the instance has to take bytes or to answer.
public final class BodySender {
    private static final int CHUNK = 16_384;
    private static final Duration LAST_WORD = Duration.ofMillis(50);

    /// Where the body goes. Called by one thread.
    public interface Sink {
        /// Sends all of these bytes; waits for the instance where it takes them slowly.
        void write(byte[] bytes, int from, int count) throws IOException;

        /// Ends the body.
        void end(HeaderFields trailers) throws IOException;

        /// Ends the attempt, because the rest of the body will not come. Wakes the thread of the
        /// attempt.
        void abort();
    }

    private final Body.Streamed body;
    private final Sink sink;
    private final Watchdog.@Nullable Watch watch;
    private final Duration timeout;
    private final Thread thread = Thread.ofVirtual().unstarted(this::send);
    private boolean answered;
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

    /// Begins to send.
    ///
    /// @param watch of the attempt; `null` where its time runs on, whoever is waited for
    /// @param timeout for the instance to take bytes, and from the last byte to the answer
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
            }
        } catch (ClientFailedException e) {
            if (!stopped) {
                clientFailure = e.why;
                sink.abort();
            }
        } catch (IOException e) {
            // the instance takes no more: the thread of the attempt reads its answer, or finds the connection broken
        } catch (RuntimeException e) {
            sink.abort(); // such as a beginning that is no longer remembered: the client is not at fault
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
        if (!answered && watch != null) {
            watch.pause();
        }
    }

    private synchronized void waitForInstance() {
        if (!answered && watch != null) {
            watch.expireAfter(timeout);
        }
    }

    /// Notes that the answer is there: from now on the watch is no longer the sender's.
    public synchronized void answered() {
        answered = true;
    }

    /// Sends nothing more. What has been read of a body that remembers is not lost.
    public void stop() {
        stopped = true;
    }

    /// True if the whole body was sent. Waits a moment where only the sender's last word is missing: the
    /// answer may be here before the sender knows that its last bytes have left.
    public boolean done() {
        if (ending && !done) {
            try {
                thread.join(LAST_WORD);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return done;
    }

    /// Why the client's body broke off; `null` where it did not.
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
