package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.transport.AttemptResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// An instance with a few workers and a queue in front of them, that may be well, slow or broken. Used
/// by one thread.
final class SimulatedNode {
    private static final int WORKERS = 8;
    private static final long SERVICE_NANOS = Duration.ofMillis(4).toNanos();
    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedTime time;
    private final RandomGenerator random;
    private final long[] freeAt = new long[WORKERS];
    private Mode mode = Mode.well();
    private int asked;

    /// How a node behaves for a while.
    ///
    /// @param status of its answers; 0 if it accepts requests and never answers, -1 if it refuses
    /// connections, -2 if it cuts the connection
    /// @param slowness how many times longer its work takes
    /// @param share of the requests that are treated in this way; the others are answered well
    /// @param latencyNanos the extra delay of its answers, during which no worker is busy
    record Mode(int status, double slowness, double share, long latencyNanos) {
        Mode(int status, double slowness, double share) {
            this(status, slowness, share, 0);
        }

        /// Delays answers without keeping workers busy.
        static Mode later(Duration latency) {
            return new Mode(200, 1, 1, latency.toNanos());
        }

        static Mode well() {
            return new Mode(200, 1, 1);
        }

        static Mode answering(int status, double slowness) {
            return new Mode(status, slowness, 1);
        }
    }

    SimulatedNode(SimulatedTime time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    void become(Mode mode) {
        this.mode = mode;
    }

    /// The number of attempts that reached the node.
    int asked() {
        return asked;
    }

    /// The result of one attempt, and its time.
    record Outcome(AttemptResult result, long afterNanos) {}

    /// Takes an attempt.
    Outcome take(Duration timeout) {
        Mode now = random.nextDouble() < mode.share() ? mode : Mode.well();
        if (now.status() == -1) {
            return new Outcome(new AttemptResult.NotSent(new IOException("refused"), true), 200_000);
        }
        asked++;
        long ready = now.status() == 0 ? NEVER : now.latencyNanos() > 0 ? now.latencyNanos() : work(now.slowness());
        if (ready > timeout.toNanos()) {
            return new Outcome(new AttemptResult.TimedOut(timeout, true), timeout.toNanos());
        }
        return new Outcome(
                now.status() == -2
                        ? new AttemptResult.MaybeSent(new IOException("cut"))
                        : new AttemptResult.Responded(new CannedResponse(now.status())),
                ready);
    }

    /// The time until the work is done by the first free worker.
    private long work(double slowness) {
        Arrays.sort(freeAt);
        long begins = Math.max(time.nanos(), freeAt[0]);
        double spread = 0.5 - 0.5 * StrictMath.log(1 - random.nextDouble());
        freeAt[0] = begins + (long) (SERVICE_NANOS * slowness * spread);
        return freeAt[0] - time.nanos();
    }
}
