package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.time.Duration;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/// Passes the client's body on as it is read. The attempt's time stands still while the client is waited for and
/// starts anew when the instance has to take bytes or to answer.
final class StreamedRequestBody extends RequestBody {
    private static final int CHUNK = 16_384;

    private final Body.Streamed body;
    private final AttemptTrace trace;
    private Watchdog.@Nullable Watch watch;
    private Duration timeout = Duration.ZERO;

    StreamedRequestBody(Body.Streamed body, AttemptTrace trace) {
        this.body = body;
        this.trace = trace;
    }

    void start(Watchdog.Watch watch, Duration timeout) {
        this.watch = watch;
        this.timeout = timeout;
    }

    /// The client's `Content-Type` header goes with the other headers.
    @Override
    public @Nullable MediaType contentType() {
        return null;
    }

    @Override
    public long contentLength() {
        return body.length();
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long position = 0;
        while (true) {
            waitForClient();
            int n = read(position, chunk);
            waitForInstance();
            if (n < 0) {
                return;
            }
            position += n;
            sink.write(chunk, 0, n);
            sink.flush();
        }
    }

    private int read(long position, byte[] chunk) throws IOException {
        try {
            return body.read(position, chunk);
        } catch (IOException e) {
            throw trace.clientFailed(e);
        }
    }

    private void waitForClient() {
        if (watch != null) {
            watch.pause();
        }
    }

    private void waitForInstance() {
        if (watch != null) {
            watch.expireAfter(timeout);
        }
    }
}
