package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What is known after an attempt. The retry question turns on it: has the instance perhaps acted on the
/// request?
public sealed interface AttemptResult {
    /// The instance answered; the body is still to be read, and the response to be closed.
    record Responded(UpstreamResponse response) implements AttemptResult {
        public int status() {
            return response.status();
        }

        /// True if the instance closes the connection after this answer.
        public boolean saysGoodbye() {
            return response.saysGoodbye();
        }
    }

    /// No byte reached the instance: refused, no connection in time, or a kept connection that was dead
    /// already.
    ///
    /// @param asked whether the instance had any part in that: the time of an attempt may be over before
    /// a gateway that has more to do than it can has come to the instance
    record NotSent(IOException cause, boolean asked) implements AttemptResult {
        /// What happened, and why, for operators.
        public String words() {
            return "not reached: " + why(cause);
        }
    }

    /// The line broke, or the answer was malformed, after the request had begun to leave: the instance
    /// may have acted on it.
    record MaybeSent(IOException cause) implements AttemptResult {
        /// What happened, in two words.
        public String what() {
            return cause instanceof ProtocolException ? "malformed answer" : "connection broke";
        }

        /// What happened, and why, for operators.
        public String words() {
            return what() + ": " + why(cause);
        }
    }

    /// No head of an answer in time: the instance may have acted on it.
    ///
    /// @param silent whether the instance had said nothing: an answer may have come that a gateway which
    /// has more to do than it can has not read yet
    record TimedOut(Duration after, boolean silent) implements AttemptResult {}

    /// The client's body broke off, or the client went away. Nothing is held against the instance.
    record ClientFault(IOException cause) implements AttemptResult {}

    /// The request cannot be passed on as it is; nothing was sent.
    ///
    /// @param reason one sentence for the client
    record Unsendable(String reason) implements AttemptResult {}

    private static String why(IOException cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
