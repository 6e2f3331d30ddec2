package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientOutput;
import dev.stringsvc.gateway.client.GrpcProblem;
import dev.stringsvc.gateway.client.RefusedAnswerException;
import dev.stringsvc.gateway.http.CallDeadlineException;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
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
    private final HttpFields.Mutable trailers = HttpFields.build();

    InstanceAnswer(ReplyWriter writer, ClientRequest request, Response response, Reply.Forwarded reply) {
        this.writer = writer;
        this.request = request;
        this.response = response;
        this.answered = reply.answered();
        this.reply = reply;
        this.out = new ClientOutput(response, reply.rate());
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
        boolean hasTrailers = alone == null && head.allowTrailers();
        head.keepChunks();
        request.client().answering(reply.rate());
        if (hasTrailers) {
            copyWithTrailers(head);
        } else {
            answered.response().copyBodyTo(out);
        }
        out.close();
        return Written.whole(answered.response().status(), out.written())
                .with(request.isGrpc() ? callStatus(alone) : null);
    }

    private void copyWithTrailers(AnswerHead head) throws IOException {
        response.setTrailersSupplier(() -> trailers);
        head.upstream().copyBodyTo(out);
        var taken = new AnswerFields(trailers, head.connection(), HeaderEdits.NONE);
        head.upstream().forEachTrailer((name, value) -> {
            if (!HttpHeader.CONTENT_LENGTH.is(name)) {
                taken.add(name, value, false);
            }
        });
        if (taken.fault().isPresent()) {
            throw new UpstreamBrokenException(new ProtocolException("malformed trailers"));
        }
        if (trailers.size() > 0) {
            out.flush(); // written at once with its end, a short answer would get a length, and no trailers
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
        if (!request.isGrpc() || !request.isHttp2()) {
            return writer.instead(
                    ReplyWriter.badAnswer(
                            "The service broke off within its answer.",
                            "the instance broke off within its answer",
                            reply.context()),
                    out.written());
        }
        if (e.getCause() instanceof StreamResetException reset) {
            return writer.reset(reset, answered.response().status(), out.written());
        }
        return late
                ? endCall(GrpcStatus.DEADLINE_EXCEEDED, "The call's time is over.")
                : endCall(GrpcStatus.UNAVAILABLE, "The service broke off within its answer.");
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
        response.setTrailersSupplier(() -> trailers);
        out.flush();
        out.close();
        return new Written(answered.response().status(), out.written(), message, false, status);
    }
}
