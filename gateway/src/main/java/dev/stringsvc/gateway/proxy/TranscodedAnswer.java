package dev.stringsvc.gateway.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientOutput;
import dev.stringsvc.gateway.client.KeptMemory;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.grpc.MessageFrame;
import dev.stringsvc.gateway.grpc.TranscodingException;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.retry.ProxyResult;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/// The answer to a call that a JSON request has made, on its way to the client as JSON; a part of
/// [ReplyWriter]. One message becomes one object, a stream one object a line. Used by the request's
/// thread.
final class TranscodedAnswer {
    static final int MOST_MESSAGE_BYTES = 4 << 20;
    /// JSON takes many times its size while it is read.
    static final int MOST_JSON_BYTES = 1 << 20;

    /// How many times its size a message takes while it is turned into JSON.
    private static final int TIMES = 16;
    /// Below this a message is not counted.
    private static final int SMALL = 65_536;

    private static final BodyMemory ANSWERS = BodyMemory.shareOfHeap();
    private static final String DETAILS = "grpc-status-details-bin";

    private final ReplyWriter writer;
    private final ClientRequest request;
    private final Response response;
    private final Reply.Transcoded reply;
    private final ProxyResult.Answered answered;
    private final ClientOutput out;
    private final Map<String, String> ending = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final AnswerMemory kept = new AnswerMemory();
    private byte @Nullable [] only;
    private boolean several;

    TranscodedAnswer(ReplyWriter writer, ClientRequest request, Response response, Reply.Transcoded reply) {
        this.writer = writer;
        this.request = request;
        this.response = response;
        this.reply = reply;
        this.answered = reply.answered();
        this.out = new ClientOutput(response, reply.rate());
    }

    Written write() throws IOException {
        try (answered;
                kept) {
            UpstreamResponse upstream = answered.response();
            if (upstream.status() != HttpStatus.OK_200 || !GrpcCall.isContentType(upstream.header("Content-Type"))) {
                return writer.instead(ReplyWriter.refused(answered, "another type than gRPC has", reply.context()), 0);
            }
            request.client().answering(reply.rate());
            var reader = new MessageFrame.Reader(MOST_MESSAGE_BYTES, new Messages());
            upstream.copyBodyTo(reader);
            if (reader.isWithin()) {
                throw new UpstreamBrokenException(new ProtocolException("a message is not complete"));
            }
            return end(status(upstream));
        } catch (ProtocolException e) { // the instance is well, but its answer is of no use here
            return failed(
                    GrpcStatus.INTERNAL,
                    "The service's answer cannot be passed on: " + e.getMessage() + ".",
                    List.of());
        } catch (UpstreamBrokenException e) {
            @Nullable ClientBody body = request.scope().body();
            @Nullable IOException clients = body == null ? null : body.failure();
            if (clients != null) {
                return writer.clientGone(clients, out.written());
            }
            answered.brokeOff();
            return failed(GrpcStatus.UNAVAILABLE, "The service broke off within its answer.", List.of());
        } catch (TranscodingFailure e) {
            return failed(e.why.status(), e.why.detail(), List.of());
        } catch (IOException e) {
            return writer.clientGone(e, out.written());
        }
    }

    /// Passes each message of a stream on at once, and keeps the only one of any other answer, since its
    /// status comes after it.
    private final class Messages implements MessageFrame.Sink {
        @Override
        public void message(byte[] message) throws IOException {
            if (!reply.call().streamsAnswers()) {
                several = only != null;
                only = message;
                return;
            }
            byte[] line = (json(message) + "\n").getBytes(StandardCharsets.UTF_8);
            if (!response.isCommitted() && out.isEmpty()) {
                head("application/x-ndjson");
            }
            out.write(line, 0, line.length);
            out.flush();
        }

        @Override
        public void begins(int length) throws IOException {
            kept.take(length);
        }

        @Override
        public void flush() throws IOException {
            if (response.isCommitted()) {
                out.flush();
            }
        }
    }

    /// The memory for the longest message so far.
    private static final class AnswerMemory implements AutoCloseable {
        private final KeptMemory kept = new KeptMemory();
        private int taken;

        void take(int length) throws ProtocolException {
            if (length > SMALL && length > taken) {
                if (!kept.take((length - taken) * TIMES, ANSWERS)) {
                    throw new ProtocolException("the gateway has no memory for it at the moment");
                }
                taken = length;
            }
        }

        @Override
        public void close() {
            kept.giveBack();
        }
    }

    private String json(byte[] message) throws TranscodingFailure {
        try {
            return reply.call().json(message);
        } catch (TranscodingException e) {
            throw new TranscodingFailure(e);
        }
    }

    private static final class TranscodingFailure extends IOException {
        private static final long serialVersionUID = 1;

        private final transient TranscodingException why;

        private TranscodingFailure(TranscodingException why) {
            super(why);
            this.why = why;
        }
    }

    /// The status in the trailers, or in the head of an answer without messages.
    private GrpcStatus status(UpstreamResponse upstream) throws IOException {
        upstream.forEachHeader((name, value) -> ending.putIfAbsent(name, value));
        upstream.forEachTrailer(ending::put);
        @Nullable GrpcStatus status = GrpcStatus.of(ending.get(GrpcStatus.FIELD));
        return status == null ? GrpcStatus.UNKNOWN : status;
    }

    private Written end(GrpcStatus status) throws IOException {
        answered.ended(status);
        if (status != GrpcStatus.OK) {
            return failed(status, message(status), reply.call().details(ending.get(DETAILS)));
        }
        if (!reply.call().streamsAnswers()) {
            byte[] message = only;
            if (message == null || several) {
                return failed(GrpcStatus.INTERNAL, "The service sent no answer, or several.", List.of());
            }
            byte[] json = json(message).getBytes(StandardCharsets.UTF_8);
            head("application/json");
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, json.length);
            out.write(json, 0, json.length);
        } else if (!response.isCommitted()) {
            head("application/x-ndjson");
        }
        out.close();
        return Written.whole(HttpStatus.OK_200, out.written()).with(status);
    }

    private String message(GrpcStatus status) {
        String message = ending.getOrDefault(GrpcCall.MESSAGE, "");
        try {
            message = URLDecoder.decode(message.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // it stays as it came
        }
        return message.isEmpty() ? "The service answered " + status + "." : message;
    }

    private void head(String contentType) {
        writer.begin(HttpStatus.OK_200);
        var fields =
                new AnswerFields(response.getHeaders(), null, reply.context().edits());
        answered.response().forEachHeader((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            boolean ofGrpc = lower.startsWith("grpc-") || lower.endsWith("-bin") || lower.startsWith("content-");
            if (!ofGrpc) {
                fields.add(name, value, false);
            }
        });
        reply.context().edits().set().forEach(response.getHeaders()::put);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    }

    /// Answers with a problem. If a part of a stream was sent, the problem is its last line.
    private Written failed(GrpcStatus status, String detail, List<JsonNode> details) throws IOException {
        Problem problem = Problem.of(status.httpStatus(), detail).withCode(status.name(), details);
        if (!response.isCommitted()) {
            response.getHeaders().clear();
            var instead = new Reply.Problem(
                    reply.context().route() == null
                            ? problem
                            : problem.onRoute(reply.context().route(), List.of()),
                    Map.of(),
                    null,
                    reply.context());
            return writer.instead(instead, 0).with(status);
        }
        byte[] last = ("{\"error\":" + new String(problem.json(), StandardCharsets.UTF_8) + "}\n")
                .getBytes(StandardCharsets.UTF_8);
        out.write(last, 0, last.length);
        out.close();
        return new Written(HttpStatus.OK_200, out.written(), detail, false, status);
    }
}
