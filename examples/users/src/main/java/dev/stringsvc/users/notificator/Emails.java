package dev.stringsvc.users.notificator;

import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.users.pb.NotificatorGrpc.NotificatorImplBase;
import dev.stringsvc.users.pb.SendEmailReply;
import dev.stringsvc.users.pb.SendEmailRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// The service `pb.Notificator`. It only pretends to send emails, and logs a line about each.
final class Emails extends NotificatorImplBase {
    private static final String NO_ADDRESS = "The field email is blank.";

    private final LogWriter calls;

    Emails(LogWriter calls) {
        this.calls = calls;
    }

    @Override
    public void sendEmail(SendEmailRequest request, StreamObserver<SendEmailReply> reply) {
        long begin = System.nanoTime();
        var line = calls.line(Instant.now())
                .field("method", "SendEmail")
                .field("email", request.getEmail())
                .field("content", request.getContent());
        if (request.getEmail().isBlank()) {
            line.field("err", NO_ADDRESS);
            reply.onError(Status.INVALID_ARGUMENT.withDescription(NO_ADDRESS).asRuntimeException());
        } else {
            String id = UUID.randomUUID().toString();
            line.field("id", id).field("err", null);
            reply.onNext(SendEmailReply.newBuilder().setId(id).build());
            reply.onCompleted();
        }
        line.field("took", Duration.ofNanos(System.nanoTime() - begin));
        CallIds.current().addTo(line);
        calls.write(line.toString());
    }
}
