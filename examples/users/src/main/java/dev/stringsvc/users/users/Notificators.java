package dev.stringsvc.users.users;

import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.examples.rpc.ServiceChannel;
import dev.stringsvc.users.pb.NotificatorGrpc;
import dev.stringsvc.users.pb.SendEmailRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/// All instances of notificator, which are called in turn. Thread-safe.
final class Notificators implements AutoCloseable {
    private final ServiceChannel notificator;
    private final Duration timeout;

    /// Starts to connect, and returns at once.
    ///
    /// @param timeout the longest wait for an answer, on all instances together
    Notificators(Discovery discovery, Duration timeout) {
        this.notificator = new ServiceChannel(discovery, "notificator");
        this.timeout = timeout;
    }

    /// Sends an email, and returns its id. If an instance is killed while it does so, the user may get the email twice.
    ///
    /// @throws StatusRuntimeException if that fails: UNAVAILABLE if no instance is there
    String sendEmail(String email, String content) {
        return NotificatorGrpc.newBlockingStub(notificator.channel())
                .withDeadlineAfter(timeout)
                .sendEmail(SendEmailRequest.newBuilder()
                        .setEmail(email)
                        .setContent(content)
                        .build())
                .getId();
    }

    @Override
    public void close() {
        notificator.close();
    }
}
