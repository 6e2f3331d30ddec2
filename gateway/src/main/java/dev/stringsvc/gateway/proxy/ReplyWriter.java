package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientConnection;
import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.GrpcProblem;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.client.RequestId;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.GrpcWeb;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.StreamResetException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.tunnel.ClientSocket;
import dev.stringsvc.gateway.tunnel.Tunnel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Writes the reply to one request. Nothing else touches the response. Used by the request's thread.
final class ReplyWriter {
    private final ClientRequest request;
    private final Response response;
    private final HttpFields.Mutable fields;
    private final OwnAnswers ownAnswers;
    private final BooleanSupplier draining;

    /// @param draining true if clients should be told to open a new connection, which may lead to
    /// another gateway
    ReplyWriter(ClientRequest request, Response response, OwnAnswers ownAnswers, BooleanSupplier draining) {
        this.request = request;
        this.response = response;
        this.fields = response.getHeaders();
        this.ownAnswers = ownAnswers;
        this.draining = draining;
    }

    /// Writes a reply, and waits until the client has it.
    Written write(Reply reply) {
        try {
            return switch (reply) {
                case Reply.Problem problem -> problem(problem);
                case Reply.Own own -> own(own);
                case Reply.Forwarded forwarded -> new InstanceAnswer(this, request, response, forwarded).write();
                case Reply.Transcoded transcoded -> new TranscodedAnswer(this, request, response, transcoded).write();
                case Reply.Switched switched -> switched(switched);
                case Reply.Reset reset -> reset(reset.cause());
                case Reply.ClientGone gone -> clientGone(gone.cause(), 0);
            };
        } catch (IOException e) {
            return clientGone(e, 0);
        }
    }

    /// Writes a problem if nothing has been written yet; otherwise cuts the answer.
    Written failed(ReplyContext context) {
        try {
            return instead(Problems.failed(context), 0);
        } catch (IOException e) {
            return clientGone(e, 0);
        }
    }

    /// Passes on an interim answer of an instance if the client can receive one, and waits until it is
    /// sent. Does not pass on 100, which the gateway sends itself, or 101, which is not an interim
    /// answer.
    ///
    /// @param rate measures how fast the client takes it
    /// @throws IOException when the client has gone away, or was cut because it took nothing
    void interim(int status, HeaderFields headers, HeaderEdits edits, ClientRate rate) throws IOException {
        boolean takes = request.version() != HttpVersion.HTTP_1_0;
        if (status <= HttpStatus.SWITCHING_PROTOCOLS_101 || status >= HttpStatus.OK_200 || !takes) {
            return;
        }
        HttpFields.Mutable passing = HttpFields.build();
        var taken = new AnswerFields(passing, Headers.connection(headers.all("Connection")), edits);
        headers.forEach((name, value) -> {
            if (!HttpHeader.CONTENT_LENGTH.is(name)) {
                taken.add(name, value, false);
            }
        });
        if (taken.fault().isPresent()) {
            return;
        }
        request.client().answering(rate);
        rate.waitForClient();
        try (Blocker.Callback written = Blocker.callback()) {
            var _ = response.writeInterim(status, passing).whenComplete((done, failure) -> {
                if (failure == null) {
                    written.succeeded();
                } else {
                    written.failed(failure);
                }
            });
            written.block();
        } finally {
            rate.waited(0);
        }
    }

    /// Completes the request for Jetty, once it is answered or will never be.
    void end(Written written, Callback callback) {
        if (written.cut()) {
            callback.failed(new Request.Handler.AbortException("the answer was cut"));
            return;
        }
        if (UnreadBody.isLeft(request)) {
            UnreadBody.end(request);
        }
        callback.succeeded();
    }

    private Written problem(Reply.Problem reply) throws IOException {
        HeaderEdits edits = reply.context().edits();
        Problem details = reply.details().inRequest(request.id());
        String error = reply.reason() == null ? details.detail() : reply.reason();
        if (request.isGrpc()) {
            begin(HttpStatus.OK_200);
            GrpcProblem.put(details, request.web(), fields);
            date();
            return whole(new byte[0], error).with(details.grpcStatus());
        }
        begin(details.status());
        edits.setOnProblem().forEach(fields::put);
        fields.put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        reply.headers().forEach((name, value) -> {
            if (edits.keeps(name) || HttpHeader.ALLOW.is(name)) {
                fields.put(name, value);
            }
        });
        date();
        byte[] json = details.json();
        fields.put(HttpHeader.CONTENT_LENGTH, json.length);
        return whole(json, error).with(details.grpcStatus());
    }

    private Written own(Reply.Own reply) throws IOException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        begin(reply.status());
        reply.field().forEach(fields::put);
        reply.context().edits().set().forEach(fields::put);
        date();
        if (reply.status() != HttpStatus.NO_CONTENT_204 && reply.status() != HttpStatus.NOT_MODIFIED_304) {
            fields.put(HttpHeader.CONTENT_LENGTH, body.length);
        }
        return whole(body, null);
    }

    private Written whole(byte[] body, @Nullable String error) throws IOException {
        int status = response.getStatus();
        if (!request.isHttp2()) {
            write(true, ByteBuffer.wrap(body));
            return new Written(status, body.length, error, false);
        }
        try (OwnAnswers.@Nullable Room room = ownAnswers.enter(request)) {
            if (room == null) {
                return cut(
                        status,
                        0,
                        "too many answers wait for their clients to take them" + (error == null ? "" : ": " + error));
            }
            request.client().answering(room.rate());
            room.rate().waitForClient();
            try {
                write(true, ByteBuffer.wrap(body));
            } finally {
                room.rate().waited(body.length);
            }
        }
        return new Written(status, body.length, error, false);
    }

    /// Sends the head that switches protocols, then passes bytes both ways until the tunnel ends. Of
    /// the hop-by-hop fields only those pass that belong to the switch.
    private Written switched(Reply.Switched reply) throws IOException {
        ProxyResult.Answered answered = reply.answered();
        try (answered) {
            UpstreamResponse upstream = answered.response();
            Reply.@Nullable Problem refusal =
                    begin(answered, AnswerHead.of(request, upstream, fields), reply.context());
            if (refusal != null) {
                return instead(refusal, 0);
            }
            fields.put(HttpHeader.CONNECTION, "Upgrade");
            fields.put(HttpHeader.UPGRADE, upstream.header("Upgrade"));
            write(false, BufferUtil.EMPTY_BUFFER);
            var connection =
                    (ClientConnection) request.request().getConnectionMetaData().getConnection();
            var client = new ClientSocket(connection.getEndPoint(), connection.onUpgradeFrom());
            var tunnel = new Tunnel(client, reply.socket());
            connection.client().begin(tunnel);
            @Nullable String error = tunnel.carry().orElse(null);
            return new Written(upstream.status(), tunnel.bytes(), error, false);
        }
    }

    /// Builds the head of an instance's answer.
    ///
    /// @return the problem to answer with if the head cannot be passed on; else `null`
    Reply.@Nullable Problem begin(ProxyResult.Answered answered, AnswerHead head, ReplyContext context) {
        begin(head.upstream().status());
        @Nullable String fault = head.copy(context.edits()).orElse(null);
        if (fault != null) {
            return refused(answered, fault, context);
        }
        date();
        return head.isTooLongForClient()
                ? badAnswer(
                        "The head of the service's answer is too long.",
                        "the answer's head is longer than the client accepts",
                        context)
                : null;
    }

    static Reply.Problem refused(ProxyResult.Answered answered, String fault, ReplyContext context) {
        answered.brokeOff();
        return badAnswer("The service's answer has " + fault + ".", "the instance's answer has " + fault, context);
    }

    static Reply.Problem badAnswer(String detail, String reason, ReplyContext context) {
        return Problems.attempted(HttpStatus.BAD_GATEWAY_502, detail, Map.of(), context)
                .because(reason);
    }

    /// Writes a problem if nothing has been written yet; otherwise ends the answer so that it does not
    /// look complete.
    Written instead(Reply.Problem problem, long bytes) throws IOException {
        if (response.isCommitted()) {
            return cut(response.getStatus(), bytes, problem.reason());
        }
        fields.clear();
        return problem(problem);
    }

    /// The client went away or sent less than it promised, so no answer is read.
    Written clientGone(IOException cause, long bytes) {
        boolean slow =
                request.client().tooSlow() || (response.isCommitted() && cause.getCause() instanceof TimeoutException);
        return slow
                ? cut(response.getStatus(), bytes, "the client took its answer too slowly, and was cut")
                : cut(Written.CLIENT_CLOSED_REQUEST, bytes, "the client went away: " + cause.getMessage());
    }

    /// A client of gRPC-Web is told a status, since its code cannot see with which code a stream was reset.
    private Written reset(StreamResetException cause) throws IOException {
        @Nullable GrpcWeb web = request.web();
        if (web == null) {
            return reset(cause, HttpStatus.BAD_GATEWAY_502, 0);
        }
        GrpcStatus status = GrpcStatus.ofReset(cause.code());
        begin(HttpStatus.OK_200);
        fields.put(HttpHeader.CONTENT_TYPE, web.answerType());
        GrpcProblem.putStatus(status, "The service reset the call's stream.", fields);
        date();
        return whole(new byte[0], cause.getMessage()).with(status);
    }

    /// Resets the client's stream with the code with which the instance reset its own.
    Written reset(StreamResetException cause, int status, long bytes) {
        request.client().reset(cause.code());
        return new Written(status, bytes, cause.getMessage(), true);
    }

    private Written cut(int status, long bytes, @Nullable String error) {
        request.client().cut();
        return new Written(status, bytes, error, true);
    }

    void begin(int status) {
        request.client().beginAnswer();
        response.setStatus(status);
        fields.put(RequestId.HEADER, request.id());
        if (draining.getAsBoolean()) {
            request.client().sendElsewhere(fields);
        } else if (UnreadBody.isLeft(request)) {
            fields.put(HttpHeader.CONNECTION, "close");
        }
    }

    private void date() {
        if (!fields.contains(HttpHeader.DATE)) {
            fields.put(HttpHeader.DATE, DateGenerator.formatDate(System.currentTimeMillis()));
        }
    }

    private void write(boolean last, ByteBuffer body) throws IOException {
        try (Blocker.Callback taken = Blocker.callback()) {
            response.write(last, body, taken);
            taken.block();
        }
    }
}
