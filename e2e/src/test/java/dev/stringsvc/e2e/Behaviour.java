package dev.stringsvc.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// How an instance answers a request: as stringsvc does, or with a fault. The connection is kept unless the
/// behaviour closes it.
@FunctionalInterface
interface Behaviour {
    String PIECE = "x".repeat(64 * 1024);

    void answer(String path, FaultyInstance.Line line) throws IOException;

    private static String head(int status, long length) {
        return "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(status, length);
    }

    private static String whole(String path) {
        String body = FaultyInstance.body(path);
        return head(200, body.length()) + body;
    }

    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static Behaviour well() {
        return (path, line) -> line.send(whole(path));
    }

    /// Answers like `well`, but after a delay.
    static Behaviour slow(Duration by) {
        return (path, line) -> {
            pass(by);
            line.send(whole(path));
        };
    }

    /// Answers with an error at once.
    static Behaviour status(int status) {
        return (_, line) -> line.send(head(status, 2) + "{}");
    }

    /// Reads the request and never answers.
    static Behaviour hang() {
        return (_, line) -> line.hang();
    }

    /// Alternates: behaves as `ill` for `each`, and then well for `each`.
    static Behaviour flapping(Duration each, Behaviour ill) {
        long start = System.nanoTime();
        return (path, line) -> {
            boolean even = (System.nanoTime() - start) / each.toNanos() % 2 == 0;
            (even ? ill : well()).answer(path, line);
        };
    }

    /// Sends the head byte by byte.
    static Behaviour trickle(Duration each) {
        return (path, line) -> {
            for (char c : whole(path).toCharArray()) {
                line.send(String.valueOf(c));
                pass(each);
            }
        };
    }

    static Behaviour resetBeforeHead() {
        return (_, line) -> line.reset();
    }

    static Behaviour closeBeforeHead() {
        return (_, line) -> line.close();
    }

    static Behaviour resetWithinHead() {
        return (_, line) -> {
            line.send("HTTP/1.1 200 OK\r\nContent-Ty");
            line.reset();
        };
    }

    static Behaviour closeWithinHead() {
        return (_, line) -> {
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n");
            line.close();
        };
    }

    static Behaviour garbage() {
        return (_, line) -> {
            line.send("\u0016\u0003\u0001\u0002\u0000SSH-2.0-what\r\n\r\n\u0000\u00ff garbage\r\n\r\n");
            line.close();
        };
    }

    /// Sends the head and no body.
    static Behaviour closeAfterHead() {
        return (_, line) -> {
            line.send(head(200, 11));
            line.close();
        };
    }

    /// Sends half of a body whose length was announced.
    static Behaviour cutBody(int length) {
        return (_, line) -> {
            line.send(head(200, length) + "x".repeat(length / 2));
            line.close();
        };
    }

    /// Sends half of a chunked body and resets the connection (RST).
    static Behaviour resetChunks(int length) {
        return (_, line) -> {
            line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n"
                    .formatted(length / 2, "x".repeat(length / 2)));
            pass(Duration.ofMillis(20)); // an RST discards what the gateway has not read yet
            line.reset();
        };
    }

    /// Sends more than its `Content-Length` says.
    static Behaviour tooShort() {
        return (path, line) -> line.send(head(200, 5) + FaultyInstance.body(path));
    }

    /// Answers correctly, then closes the connection without announcing it.
    static Behaviour closeAfterAnswer() {
        return (path, line) -> {
            line.send(whole(path));
            line.close();
        };
    }

    /// Answers well, reads nothing more, and closes the connection after a random time of at most `longest`.
    static Behaviour deafAfterAnswer(Duration longest) {
        return (path, line) -> {
            line.send(whole(path));
            pass(Duration.ofNanos(ThreadLocalRandom.current().nextLong(longest.toNanos())));
            line.close();
        };
    }

    /// Answers well. If the next request does not come within a random time of at most `longest`, closes the
    /// connection.
    static Behaviour closeWhenIdle(Duration longest) {
        return (path, line) -> {
            line.send(whole(path));
            line.patience(Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, longest.toMillis())));
        };
    }

    /// Answers well, and resets the connection after each `every` answers.
    static Behaviour resetAfterAnswers(int every) {
        var answers = new AtomicLong();
        return (path, line) -> {
            line.send(whole(path));
            if (answers.incrementAndGet() % every == 0) {
                line.reset();
            }
        };
    }

    /// Sends a long answer in pieces, as fast as the caller reads.
    static Behaviour large(long length) {
        return (_, line) -> {
            line.send(head(200, length));
            for (long sent = 0; sent < length; sent += PIECE.length()) {
                line.send(PIECE);
            }
        };
    }

    /// Sends `beginning`, and then `again` over and over, until the connection ends.
    static Behaviour endless(String beginning, String again) {
        String piece = again.repeat(Math.max(1, 16 * 1024 / again.length()));
        return (_, line) -> {
            line.send(beginning);
            while (true) {
                line.send(piece);
            }
        };
    }

    /// Behaves like `other` for one path, and well for all other paths.
    static Behaviour only(String path, Behaviour other) {
        return (asked, line) -> (asked.equals(path) ? other : well()).answer(asked, line);
    }
}
