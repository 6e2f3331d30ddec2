package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.client.SlowClientException;
import dev.stringsvc.gateway.grpc.MalformedBase64Exception;
import dev.stringsvc.gateway.grpc.Transcoder;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.grpc.TranscodingException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.GrpcCall;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.RequestTarget;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamSocket;
import dev.stringsvc.gateway.retry.Bulkhead;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.tunnel.WebSockets;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Forwards a request to its service if there is room for it: admits it, reads its body, forwards it
/// and returns the reply. Thread-safe.
final class ForwardAction {
    /// How many times its size a body takes while it is turned into a message: each number of a list is
    /// several objects.
    private static final int JSON_TIMES = 100;

    private static final String EVENTS = "text/event-stream";

    private final ClientLimits limits;
    private final Forwarding forwarding;
    private final Transcoders transcoders;
    private final Via via = Via.random();
    private final RequestFields fields;
    private final RequestBodies bodies;
    private final AwaitedBodies awaited;
    private final Admission admission;
    private final Semaphore tunnels;

    ForwardAction(ProxyHandler.Setup setup) {
        this.limits = setup.limits();
        this.forwarding = setup.forwarding();
        this.transcoders = setup.transcoders();
        this.fields = new RequestFields(forwarding, via);
        this.bodies = new RequestBodies(limits, BodyMemory.shareOfHeap());
        this.awaited =
                new AwaitedBodies(limits.awaitedBodies(), limits.slowest().bytesPerSecond());
        this.admission = new Admission(limits.inFlight(), limits.streams(), System::nanoTime);
        this.tunnels = new Semaphore(limits.tunnels());
    }

    /// The number of long answers that do not count as in flight.
    int streams() {
        return admission.streams();
    }

    /// The number of open WebSockets.
    int tunnels() {
        return limits.tunnels() - tunnels.availablePermits();
    }

    /// A request that was admitted.
    ///
    /// @param body as the instance gets it
    /// @param upgrade true if it asks for a WebSocket
    private record Admitted(
            Target target, Origin origin, Body body, boolean upgrade, Admission.Permit permit, ReplyContext context) {}

    /// @param writer passes interim answers on
    Reply forward(ClientRequest request, Target target, ReplyWriter writer) {
        var context = ReplyContext.of(target.route());
        @Nullable String loop = via.loop(request.fields());
        if (loop != null) {
            return Problems.of(508, loop, Problems.CLOSE, context);
        }
        if (RequestTarget.beginsWithTwoSlashes(target.path())) {
            return Problems.of(400, "The path would begin with two slashes for the service.", Problems.CLOSE, context);
        }
        if (!target.forwarder().isHttp2()) {
            request.scope().passAsItIs(); // instances that speak HTTP/1.1 may know gRPC-Web, but no gRPC
        }
        if (request.isGrpc() && isTimeoutMalformed(request)) {
            return Problems.of(
                    400,
                    "The grpc-timeout is malformed: it takes one to eight digits and one of H, M, S, m, u, n.",
                    Problems.CLOSE,
                    context);
        }
        try {
            if (target.forward().transcode() && !request.isGrpc()) {
                Transcoder.Call call = transcoders.call(
                        target.forward().service(),
                        new Transcoder.Request(request.method(), target.path(), request.query()));
                return admit(request, target.calling(call), context.calling(call.method()), writer);
            }
            return admit(request, target, context, writer);
        } catch (TranscodingException e) {
            return Problems.notCallable(e, context);
        } catch (PayloadTooLargeException e) {
            return Problems.tooLarge(e, context);
        } catch (MalformedBase64Exception e) {
            return Problems.notBase64(context);
        } catch (SlowClientException e) {
            return Problems.tooSlow(context);
        } catch (IOException e) {
            return new Reply.ClientGone(e, context);
        }
    }

    private static boolean isTimeoutMalformed(ClientRequest request) {
        @Nullable String timeout = request.fields().get(GrpcCall.TIMEOUT);
        return timeout != null && GrpcCall.timeout(timeout) == null;
    }

    /// Admits a request once its body has arrived, or the part of it that is remembered, so a client
    /// that sends slowly takes no room from others. Where there is no room the body is not read. If
    /// part of it is still to come, the connection cannot be reused and the client is told so.
    ///
    /// A service that already holds its own share gets no more, even if the gateway has room.
    private Reply admit(ClientRequest request, Target target, ReplyContext context, ReplyWriter writer)
            throws IOException, TranscodingException {
        Bulkhead share = target.forwarder().bulkhead();
        Origin origin = forwarding.origin(request);
        Object address = origin.address();
        boolean streams = request.isGrpc() || (target.forward().streamRequests() && target.call() == null);
        long most = Math.min(target.forward().requestBody(), limits.bodyBytes());
        ClientBody open = bodies.open(request, most, streams);
        request.scope().body(open);

        Map<String, String> retry = streams || isHere(open) ? Problems.RETRY_SOON : Problems.RETRY_SOON_ANEW;
        boolean upgrade = WebSockets.isHandshake(request.request());
        if ((upgrade && tunnels.availablePermits() == 0) || admission.refuses(address)) {
            return Problems.overloaded(retry, context);
        }
        if (admission.refuses(address, share)) {
            return Problems.shareTaken(target.forward().service(), retry, context);
        }

        request.client().begin(open);
        @Nullable
        Body body = streams ? bodies.stream(open, target.trailers(request)) : await(request, open, target, address);
        if (body != null && target.call() != null) {
            body = message(target.call(), open, body);
        }
        if (body == null) {
            return Problems.overloaded(Problems.RETRY_SOON_ANEW, context);
        }
        request.scope().kept(body);

        Admission.@Nullable Permit permit = admission.enter(address, AdmittedRequest.of(request, origin), share);
        if (permit == null) {
            return share.isFull()
                    ? Problems.shareTaken(target.forward().service(), Problems.RETRY_SOON, context)
                    : Problems.overloaded(Problems.RETRY_SOON, context);
        }
        request.scope().permit(permit);
        return send(request, new Admitted(target, origin, body, upgrade, permit, context), writer);
    }

    private boolean isHere(ClientBody open) throws IOException {
        return open.isHere(limits.replayBytes());
    }

    /// Waits for the body; `null` if too many bodies are awaited already.
    private @Nullable Body await(ClientRequest request, ClientBody open, Target target, Object address)
            throws IOException {
        if (isHere(open)) {
            return bodies.read(open, target.trailers(request));
        }
        if (!awaited.add(request.client(), address, open)) {
            return null;
        }
        try {
            return bodies.read(open, target.trailers(request));
        } finally {
            awaited.remove(request.client());
        }
    }

    /// The body of the call that a JSON request makes; `null` if there is no memory for it.
    private @Nullable Body message(Transcoder.Call call, ClientBody open, Body body)
            throws IOException, TranscodingException {
        byte @Nullable [] json = bodies.whole(open, body, TranscodedAnswer.MOST_JSON_BYTES);
        return json == null || !bodies.reserve(open, json.length * JSON_TIMES)
                ? null
                : new Body.Buffered(call.message(json));
    }

    private Reply send(ClientRequest request, Admitted admitted, ReplyWriter writer) {
        HeaderFields head = fields.head(request, admitted.origin(), admitted.target(), admitted.body());
        if (admitted.upgrade()) {
            WebSockets.addTo(head);
        }
        Transcoder.@Nullable Call call = admitted.target().call();
        if (call != null) {
            RequestFields.ofCall(head);
        } else if (request.web() != null) {
            RequestFields.ofWeb(head, request.web());
        }
        ProxyResult result = admitted.target()
                .forwarder()
                .forward(
                        new UpstreamRequest(
                                call == null ? request.method() : "POST",
                                call == null ? admitted.target().path() : "/" + call.method(),
                                call == null ? request.query() : null,
                                head,
                                admitted.body(),
                                admitted.origin().client(),
                                admitted.upgrade(),
                                false,
                                caller(request, admitted, writer),
                                null),
                        request.trace());
        ReplyContext context = admitted.context().after(result.attempts());
        if (admitted.permit().givenUp()) {
            if (result instanceof ProxyResult.Answered answered) {
                answered.close();
            }
            return Problems.givenUp(request.isRepeatable(), context);
        }
        return switch (result) {
            case ProxyResult.Answered answered -> pass(request, answered, admitted, context);
            case ProxyResult.NoInstances(boolean watched, var _) ->
                Problems.attempted(
                        503,
                        watched
                                ? "The service has no instance that can answer."
                                : "The gateway does not know yet which instances the service has.",
                        Problems.RETRY_SOON,
                        context);
            case ProxyResult.UpstreamFailed(var decided, var _)
            when request.isGrpc() && (request.isHttp2() || request.web() != null) && decided.reset() != null ->
                new Reply.Reset(Objects.requireNonNull(decided.reset()), context);
            case ProxyResult.UpstreamFailed(var decided, var _) ->
                Problems.attempted(502, "The service could not be reached, or broke off.", Map.of(), context)
                        .because(decided.reason());
            case ProxyResult.DeadlineExceeded(var _) ->
                Problems.attempted(504, "The service did not answer in time.", Map.of(), context);
            case ProxyResult.ClientFault(PayloadTooLargeException tooLarge, var _) ->
                Problems.tooLarge(tooLarge, context);
            case ProxyResult.ClientFault(SlowClientException ignored, var _) -> Problems.tooSlow(context);
            case ProxyResult.ClientFault(MalformedBase64Exception ignored, var _) -> Problems.notBase64(context);
            case ProxyResult.ClientFault(var cause, var _) -> new Reply.ClientGone(cause, context);
            case ProxyResult.Unsendable(var reason, var _) -> Problems.of(400, reason, Map.of(), context);
        };
    }

    /// The client, as an instance's transport knows it.
    private Caller caller(ClientRequest request, Admitted admitted, ReplyWriter writer) {
        return new Caller() {
            @Override
            public boolean hasLeft() {
                @Nullable ClientBody open = request.scope().body();
                return admitted.permit().givenUp()
                        || (open != null && request.client().hasLeft(open));
            }

            @Override
            public void interim(int status, HeaderFields headers) throws IOException {
                writer.interim(
                        status,
                        headers,
                        admitted.target().route().responseHeaders(),
                        limits.slowest().start());
            }
        };
    }

    /// Passes an answer on, unless its room was given to another request.
    ///
    /// A WebSocket counts as a request until an instance accepts it. Then it counts against the limit
    /// on tunnels, since it lasts for hours and is mostly idle.
    private Reply pass(ClientRequest request, ProxyResult.Answered answered, Admitted admitted, ReplyContext context) {
        Admission.Permit permit = admitted.permit();
        Transcoder.@Nullable Call call = admitted.target().call();
        boolean streams = request.isGrpc() || (call != null && call.streamsAnswers());
        ClientRate rate = (streams ? MinimumRate.any(limits.timeouts().stream()) : limits.slowest()).start();
        request.scope().answering(rate);
        if (!permit.answering(rate)) {
            answered.close();
            return Problems.givenUp(request.isRepeatable(), context);
        }
        if (call != null) {
            return new Reply.Transcoded(answered, call, rate, context);
        }
        @Nullable UpstreamSocket socket = answered.response().socket();
        if (socket == null) {
            if (isEventStream(answered)) {
                permit.lasts();
            }
            return new Reply.Forwarded(answered, rate, context);
        }
        if (!tunnels.tryAcquire()) {
            answered.close();
            return Problems.overloaded(Problems.RETRY_SOON, context);
        }
        request.scope().tunnel(tunnels);
        return new Reply.Switched(answered, socket, context);
    }

    private static boolean isEventStream(ProxyResult.Answered answered) {
        @Nullable String type = answered.response().header("Content-Type");
        return type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }
}
