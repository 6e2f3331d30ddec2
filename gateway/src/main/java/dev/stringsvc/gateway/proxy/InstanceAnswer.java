package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientOutput;
import dev.stringsvc.gateway.client.GrpcProblem;
import dev.stringsvc.gateway.client.RefusedAnswerException;
import dev.stringsvc.gateway.grpc.GrpcWebOutput;
import dev.stringsvc.gateway.http.CallDeadlineException;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.GrpcWeb;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.StreamResetException;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.route.HeaderEdits;
import java.io.IOException;
import java.net.ProtocolException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/// An instance's answer on its way to the client; a part of [ReplyWriter]. Used by the request's thread.
final class InstanceAnswer {
    private static final int LAST_STATUS = 599;

    private final ReplyWriter writer;
    private final ClientRequest request;
    private final Response response;
    private final ProxyResult.Answered answered;
    private final Reply.Forwarded reply;
    private final ClientOutput out;
    /// What the body becomes for a client of gRPC-Web; `null` if it passes as it comes.
    private final @Nullable GrpcWebOutput web;
    private final HttpFields.Mutable trailers = HttpFields.build();

    InstanceAnswer(ReplyWriter writer, ClientRequest request, Response response, Reply.Forwarded reply) {
        this.writer = writer;
        this.request = request;
        this.response = response;
        this.answered = reply.answered();
        this.reply = reply;
        this.out = new ClientOutput(response, reply.rate());
        @Nullable GrpcWeb asked = request.web();
        this.web = asked != null && GrpcCall.isContentType(answered.response().header("Content-Type"))
                ? new GrpcWebOutput(out, asked.textAnswer())
                : null;
    }

    /// Passes the answer on and closes it. If the instance breaks off after the head was sent, the
    /// client's connection is cut, so that a partial answer never looks complete.
    Written write() throws IOException {
        try (answered) {
            var head = AnswerHead.of(request, answered.response(), response.getHeaders());
            Reply.@Nullable Problem refusal = isFinal(answered.response().status())
                    ? writer.begin(answered, head, reply.context())
                    : ReplyWriter.refused(answered, "a status that is not final", reply.context());
            if (refusal != null) {
                return writer.instead(refusal, 0);
            }
            return copy(head);
        } catch (UpstreamBrokenException e) {
            return broken(e);
        } catch (RefusedAnswerException e) {
            answered.brokeOff();
            return writer.instead(
                    ReplyWriter.badAnswer(
                            "The service's answer is malformed.",
                            "the instance's answer cannot be sent: " + e.getMessage(),
                            reply.context()),
                    out.written());
        } catch (IOException e) {
            return writer.clientGone(e, out.written());
        }
    }

    private static boolean isFinal(int status) {
        return status >= HttpStatus.OK_200 && status <= LAST_STATUS;
    }

    private Written copy(AnswerHead head) throws IOException {
        @Nullable GrpcStatus alone = request.isGrpc() ? GrpcCall.statusAlone(answered.response()) : null;
        @Nullable GrpcWeb asked = web == null ? null : request.web();
        if (asked != null) {
            head.become(asked);
        }
        boolean hasTrailers = alone == null && asked == null && head.allowTrailers();
        head.keepChunks();
        request.client().answering(reply.rate());
        if (web != null) {
            copyToWeb(web, head, alone);
        } else if (hasTrailers) {
            copyWithTrailers(head);
            out.close();
        } else {
            answered.response().copyBodyTo(out);
            out.close();
        }
        return Written.whole(answered.response().status(), out.written())
                .with(request.isGrpc() ? callStatus(alone) : null);
    }

    private void copyWithTrailers(AnswerHead head) throws IOException {
        response.setTrailersSupplier(() -> trailers);
        head.upstream().copyBodyTo(out);
        takeTrailers(head);
        // written at once with its end, a short answer gets a length, which in HTTP/1.1 leaves no room for trailers; in
        // HTTP/2, head, body and trailers leave together
        boolean leaveTogether = request.isHttp2() && out.hasBuffered();
        if (trailers.size() > 0 && !leaveTogether) {
            out.flush();
        }
    }

    /// Passes on the body, and the trailers as its last frame.
    ///
    /// @param alone the status in the head; `null` if it comes in the trailers
    private void copyToWeb(GrpcWebOutput to, AnswerHead head, @Nullable GrpcStatus alone) throws IOException {
        head.upstream().copyBodyTo(to);
        if (to.isWithinMessage()) {
            throw new UpstreamBrokenException(new ProtocolException("a message is not complete"));
        }
        if (alone == null) {
            takeTrailers(head);
            if (!trailers.contains(GrpcStatus.FIELD)) {
                GrpcProblem.putStatus(GrpcStatus.UNKNOWN, "The service sent no status.", trailers);
            }
            to.trailers(webTrailers());
        }
        to.close();
    }

    private HeaderFields webTrailers() {
        var copy = new HeaderFields();
        trailers.forEach(field -> copy.add(field.getName(), String.valueOf(field.getValue())));
        return copy;
    }

    private void takeTrailers(AnswerHead head) throws IOException {
        var taken = new AnswerFields(trailers, head.connection(), HeaderEdits.NONE);
        head.upstream().forEachTrailer((name, value) -> {
            if (!HttpHeader.CONTENT_LENGTH.is(name)) {
                taken.add(name, value, false);
            }
        });
        if (taken.fault().isPresent()) {
            throw new UpstreamBrokenException(new ProtocolException("malformed trailers"));
        }
    }

    /// The status of a call whose answer is complete. The instance hears of it.
    ///
    /// @param alone the status in the head; `null` if it came in the trailers
    private GrpcStatus callStatus(@Nullable GrpcStatus alone) {
        if (alone != null) {
            return alone;
        }
        @Nullable GrpcStatus last = GrpcStatus.of(trailers.get(GrpcStatus.FIELD));
        GrpcStatus status = last == null ? GrpcStatus.UNKNOWN : last;
        answered.ended(status);
        return status;
    }

    private Written broken(UpstreamBrokenException e) throws IOException {
        @Nullable IOException clients = clientsFailure();
        if (clients != null) {
            return writer.clientGone(clients, out.written());
        }
        boolean late = e.getCause() instanceof CallDeadlineException;
        if (!late) {
            answered.brokeOff();
        }
        if (!canBeToldStatus()) {
            return writer.instead(
                    ReplyWriter.badAnswer(
                            "The service broke off within its answer.",
                            "the instance broke off within its answer",
                            reply.context()),
                    out.written());
        }
        if (e.getCause() instanceof StreamResetException reset) {
            return web == null
                    ? writer.reset(reset, answered.response().status(), out.written())
                    : endCall(GrpcStatus.ofReset(reset.code()), "The service reset the call's stream.");
        }
        return late
                ? endCall(GrpcStatus.DEADLINE_EXCEEDED, "The call's time is over.")
                : endCall(GrpcStatus.UNAVAILABLE, "The service broke off within its answer.");
    }

    /// True if the client can be told how its call has ended although a part of the answer was sent.
    private boolean canBeToldStatus() {
        return web == null
                ? request.isCall() && request.isHttp2()
                : !web.isWithinMessage(); // the client would read the trailers as a part of the message
    }

    /// The failure that ended the reading of the client's body; `null` if there was none.
    private @Nullable IOException clientsFailure() {
        var body = request.scope().body();
        return body == null ? null : body.failure();
    }

    /// Ends the answer to a gRPC call in place of the instance, with a status of the gateway.
    private Written endCall(GrpcStatus status, String message) throws IOException {
        trailers.clear();
        GrpcProblem.putStatus(status, message, trailers);
        if (web == null) {
            response.setTrailersSupplier(() -> trailers);
            out.flush();
            out.close();
        } else {
            web.trailers(webTrailers());
            web.close();
        }
        return new Written(answered.response().status(), out.written(), message, false, status);
    }
}
