package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.PayloadTooLargeException;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.client.RequestId;
import dev.stringsvc.gateway.client.SlowClientException;
import dev.stringsvc.gateway.client.SlowestRate;
import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.ClientFields;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.RequestTarget;
import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.Bulkhead;
import dev.stringsvc.gateway.retry.Forwarder;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.Reading;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.tunnel.WebSockets;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data port: each request goes through the route table to its route's forwarder, and comes back as an instance's
/// answer or as a problem. Thread-safe.
///
/// It stands right behind Jetty's parser: docs/benchmarks.md says what a servlet layer between them costs.
public final class ProxyHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHandler.class);
    private static final Map<String, String> CLOSE = Map.of("Connection", "close");
    /// An empty `Allow` says that the target takes no method at all (RFC 9110, section 10.2.1).
    private static final Map<String, String> NO_METHOD = Map.of("Allow", "", "Connection", "close");

    private static final Map<String, String> RETRY_SOON = Map.of("Retry-After", "1");
    private static final Map<String, String> RETRY_SOON_ANEW = Map.of("Retry-After", "1", "Connection", "close");
    private static final String EVENTS = "text/event-stream";

    private final Supplier<Routing> routing;
    private final ClientLimits limits;
    private final Forwarding forwarding;
    private final Via via = Via.random();
    private final RequestBodies bodies;
    private final AwaitedBodies awaited;
    private final Admission admission;
    /// Answers of the gateway's own to clients of HTTP/2, which need not take them.
    private final Admission ownAnswers;
    private final Bulkhead noShare = new Bulkhead();
    private final Semaphore tunnels;

    private final Exchange.Listener listener;
    private final BooleanSupplier draining;
    private final AtomicInteger inFlight = new AtomicInteger();

    /// @param routing where requests go now; asked once per request
    /// @param draining whether clients are to be told to open a new connection, elsewhere
    public ProxyHandler(
            Supplier<Routing> routing,
            ClientLimits limits,
            Forwarding forwarding,
            Exchange.Listener listener,
            BooleanSupplier draining) {
        this.routing = routing;
        this.limits = limits;
        this.forwarding = forwarding;
        this.bodies = new RequestBodies(limits, BodyMemory.shareOfHeap());
        this.awaited =
                new AwaitedBodies(limits.awaitedBodies(), limits.slowest().bytesPerSecond());
        this.admission = new Admission(limits.inFlight(), limits.streams(), System::nanoTime);
        this.ownAnswers = new Admission(limits.inFlight(), 0, System::nanoTime);
        this.tunnels = new Semaphore(limits.tunnels());
        this.listener = listener;
        this.draining = draining;
    }

    /// Answers that last and count for themselves.
    public int streams() {
        return admission.streams();
    }

    /// WebSockets that are open.
    public int tunnels() {
        return limits.tunnels() - tunnels.availablePermits();
    }

    /// Requests that are not yet answered to the last byte.
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var answer = new Answer(request, response, draining, this::ownRoom);
        // who waits for nobody but an instance is not idle
        request.addIdleTimeoutListener(timeout -> false);
        inFlight.incrementAndGet();
        long start = System.nanoTime();
        try {
            tryToAnswer(request, answer);
        } catch (IOException e) {
            answer.clientGone(e);
        } finally {
            inFlight.decrementAndGet();
            listener.finished(answer.exchange(request.getMethod(), target(request), start));
        }
        answer.end(callback);
        return true;
    }

    /// Room for an answer of the gateway's own; `null` where there is none. Over HTTP/1.1 such an answer fits the
    /// connection's buffer, and there is one for each connection. Over HTTP/2 there can be 128, and each holds
    /// memory until its client takes it.
    private Answer.@Nullable OwnRoom ownRoom(Answer answer) {
        Request request = answer.request();
        HttpFields given = request.getHeaders();
        Forwarding.Hop hop = hop(request, given);
        Object address = ClientAddress.of(forwarding.client(hop, given));
        if (ownAnswers.refuses(address)) {
            return null;
        }
        Admission.@Nullable Permit room =
                ownAnswers.enter(address, new Holder(answer, !forwarding.trusts(hop)), noShare);
        if (room == null) {
            return null;
        }
        ClientRate rate = limits.slowest().start();
        var _ = room.answering(rate); // nothing gives it up before
        return new Answer.OwnRoom(room, rate);
    }

    private void tryToAnswer(Request request, Answer answer) throws IOException {
        try {
            answer(request, answer);
        } catch (RuntimeException | Error e) {
            FailStop.check("request " + answer.requestId() + " failed within the gateway", e);
            LOG.error("request {} failed within the gateway", answer.requestId(), e);
            answer.failed();
        }
    }

    private void answer(Request request, Answer answer) throws IOException {
        if (HttpMethod.CONNECT.is(request.getMethod())) {
            answer.problem(Problem.of(405, "The gateway makes no tunnels: it does not take CONNECT."), NO_METHOD);
            return;
        }
        @Nullable String coding = request.getHeaders().get(HttpHeader.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            answer.problem(Problem.of(501, "A body in the transfer coding '" + coding + "' is not taken."), CLOSE);
            return;
        }
        if (coding != null && protocol(request).equals("HTTP/1.0")) {
            answer.problem(Problem.of(400, "HTTP/1.0 knows no transfer codings."), CLOSE);
            return;
        }
        @Nullable String query = request.getHttpURI().getQuery();
        if (target(request).length() + (query == null ? 0 : query.length()) > limits.targetBytes()) {
            answer.problem(
                    Problem.of(414, "The request target is longer than " + limits.targetBytes() + " bytes."), CLOSE);
            return;
        }
        if (!Token.isValid(request.getMethod())) {
            answer.problem(Problem.of(400, "The request's method is not valid."), CLOSE);
            return;
        }
        if (query != null && !RequestTarget.isQuery(query)) {
            answer.problem(Problem.of(400, "The query holds a character that must be percent-encoded."), CLOSE);
            return;
        }
        Routing now = routing.get();
        switch (Reading.of(now.table(), head(request))) {
            case Reading.Refused(var why) -> answer.problem(Problem.of(400, why), CLOSE);
            case Reading.Valid valid -> answer(request, valid, now, answer);
        }
    }

    private void answer(Request request, Reading.Valid valid, Routing now, Answer answer) throws IOException {
        RequestHead head = valid.request();
        switch (valid.match()) {
            case Match.Found(var route) -> act(request, head, route, now, answer);
            case Match.MethodNotAllowed(var allowed, var route) -> {
                answer.editedBy(route);
                String methods = String.join(", ", allowed);
                answer.problem(
                        Problem.of(405, "This path takes " + methods + ", not " + request.getMethod() + "."),
                        Map.of("Allow", methods));
            }
            case Match.NoRoute() -> answer.problem(Problem.of(404, "No route takes " + head.path() + "."), Map.of());
        }
    }

    /// With the path as the client wrote it.
    private static RequestHead head(Request request) {
        HttpFields given = request.getHeaders();
        return RequestHead.of(
                request.getMethod(), given.get(HttpHeader.HOST), target(request), name -> given.getValuesList(name));
    }

    /// Where one request goes.
    ///
    /// @param stripped what was taken off the front of its path
    private record Way(Route route, Action.Forward to, Forwarder forwarder, String stripped) {}

    private void act(Request request, RequestHead head, Route route, Routing now, Answer answer) throws IOException {
        answer.routed(route);
        switch (route.action()) {
            case Action.Forward to -> {
                String path = to.rewrite().apply(route.predicates().path(), head.path());
                forward(
                        request,
                        path,
                        new Way(route, to, now.forwarder(route), to.rewrite().stripped(head.path())),
                        answer);
            }
            case Action.Redirect to -> {
                @Nullable String query = request.getHttpURI().getQuery();
                answer.redirect(
                        to.status(),
                        to.location(route.predicates().path(), head, scheme(request), query == null ? "" : query));
            }
            case Action.Respond with -> answer.respond(with);
        }
    }

    /// A request counts from when its body is here, or as much of it as is kept: clients that are slow to send it keep
    /// nobody out. Where there is no room no body is asked for. If one is still to come then, the connection
    /// cannot be used again, which the client is told.
    ///
    /// A service that holds its own share already gets no more, whoever else has room.
    ///
    /// A WebSocket counts as a request until an instance agrees to it, and has room of its own then: it
    /// lasts for hours, and does next to nothing in them.
    private void forward(Request request, String path, Way way, Answer answer) throws IOException {
        Route route = way.route();
        @Nullable String loop = via.loop(request.getHeaders());
        if (loop != null) {
            answer.problem(Problem.of(508, loop).onRoute(route.name(), List.of()), CLOSE);
            return;
        }
        if (RequestTarget.beginsWithTwoSlashes(path)) {
            answer.problem(Problem.of(400, "The path would begin with two slashes for the service."), CLOSE);
            return;
        }
        boolean webSocket = WebSockets.isHandshake(request);
        Bulkhead share = way.forwarder().bulkhead();
        HttpFields given = request.getHeaders();
        Forwarding.Hop hop = hop(request, given);
        InetAddress client = forwarding.client(hop, given);
        Object address = ClientAddress.of(client);
        boolean streams = way.to().streamRequests();
        try (ClientBody body = bodies.open(request, Math.min(way.to().requestBody(), limits.bodyBytes()), streams)) {
            answer.taking(body);
            boolean here = streams || isHere(body);
            boolean noTunnel = webSocket && tunnels.availablePermits() == 0;
            if (noTunnel || admission.refuses(address)) {
                answer.problem(overloaded(route), here ? RETRY_SOON : RETRY_SOON_ANEW);
                return;
            }
            if (admission.refuses(address, share)) {
                answer.problem(shareTaken(way), here ? RETRY_SOON : RETRY_SOON_ANEW);
                return;
            }
            answer.client().begin(body);
            Supplier<HeaderFields> trailers = () -> RequestFields.trailers(request, route.requestHeaders());
            @Nullable
            Body kept = streams ? bodies.stream(body, trailers) : await(body, trailers, answer.client(), address);
            if (kept == null) {
                answer.problem(overloaded(route), RETRY_SOON_ANEW);
                return;
            }
            Admission.@Nullable Permit permit =
                    admission.enter(address, new Holder(answer, !forwarding.trusts(hop)), share);
            if (permit == null) {
                answer.problem(share.isFull() ? shareTaken(way) : overloaded(route), RETRY_SOON);
                return;
            }
            try (permit) {
                try {
                    send(request, path, body, kept, way, new Admitted(hop, client, webSocket, permit), answer);
                } finally {
                    stop(body, kept, answer.client());
                }
            }
        } catch (PayloadTooLargeException e) {
            answer.problem(tooLarge(route, e), CLOSE);
        } catch (SlowClientException e) {
            answer.problem(tooSlow(route), CLOSE);
        } catch (IOException e) {
            answer.clientGone(e);
        }
    }

    /// Waits until no other thread reads the body any more. What is left of it nobody wants.
    private static void stop(ClientBody body, Body kept, Client client) {
        if (kept instanceof Body.Streamed streamed) {
            if (!body.ended()) {
                client.stopBody(new AbandonedException());
            }
            var _ = streamed.awaitIdle();
        }
    }

    /// A request that admission may end.
    ///
    /// @param alone true if the connection is this client's alone, and not a proxy's
    private record Holder(Answer answer, boolean alone) implements Admission.Holder {
        @Override
        public boolean repeatable() {
            return isRepeatable(answer.request());
        }

        @Override
        public void cutAnswer(boolean stuck) {
            answer.client().cutForRoom(stuck && alone);
        }
    }

    /// RFC 9110, section 9.2.2.
    private static boolean isRepeatable(Request request) {
        return switch (request.getMethod()) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" -> true;
            default -> false;
        };
    }

    /// What is known of a request that was let in.
    ///
    /// @param client its address, as trusted proxies tell
    private record Admitted(Forwarding.Hop hop, InetAddress client, boolean webSocket, Admission.Permit permit) {}

    /// `null` where there is no room for one more that is waited for.
    private @Nullable Body await(ClientBody body, Supplier<HeaderFields> trailers, Client client, Object address)
            throws IOException {
        if (isHere(body)) {
            return bodies.read(body, trailers);
        }
        if (!awaited.add(client, address, body)) {
            return null;
        }
        try {
            return bodies.read(body, trailers);
        } finally {
            awaited.remove(client);
        }
    }

    private boolean isHere(ClientBody body) throws IOException {
        return body.isHere(limits.replayBytes());
    }

    private void send(
            Request request, String path, ClientBody body, Body kept, Way way, Admitted admitted, Answer answer)
            throws IOException {
        HttpFields given = request.getHeaders();
        HeaderFields fields = fields(request, given, admitted.hop(), way, answer.requestId());
        RequestFields.announceTrailers(given, way.route().requestHeaders(), kept, fields);
        if (admitted.webSocket()) {
            WebSockets.addTo(fields);
        }
        var upstreamRequest = new UpstreamRequest(
                request.getMethod(),
                path,
                request.getHttpURI().getQuery(),
                fields,
                kept,
                IpAddress.text(admitted.client()),
                admitted.webSocket(),
                new WaitingClient(answer, body, limits.slowest(), admitted.permit()),
                null);
        ProxyResult result = way.forwarder().forward(upstreamRequest);
        answer.attempted(result.attempts());
        if (admitted.permit().givenUp()) {
            if (result instanceof ProxyResult.Answered answered) {
                answered.close();
            }
            giveUp(way.route(), answer);
            return;
        }
        pass(result, way.route(), admitted.permit(), answer);
    }

    /// The client, as an instance's transport knows it.
    private record WaitingClient(Answer answer, ClientBody body, SlowestRate slowest, Admission.Permit permit)
            implements Caller {
        @Override
        public boolean hasLeft() {
            return permit.givenUp() || answer.client().hasLeft(body);
        }

        @Override
        public void interim(int status, HeaderFields headers) throws IOException {
            answer.interim(status, headers, slowest.start());
        }
    }

    private void pass(ProxyResult.Answered answered, Route route, Admission.Permit permit, Answer answer)
            throws IOException {
        ClientRate rate = limits.slowest().start();
        boolean switched = answered.response().socket() != null;
        if (!permit.answering(rate)) {
            answered.close();
            giveUp(route, answer);
            return;
        }
        if (switched && !tunnels.tryAcquire()) {
            answered.close();
            answer.problem(overloaded(route), RETRY_SOON);
            return;
        }
        if (!switched) {
            @Nullable String type = answered.response().header("Content-Type");
            if (type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length())) {
                permit.lasts();
            }
            answer.pass(answered, rate);
            return;
        }
        try {
            permit.close();
            answer.pass(answered, rate);
        } finally {
            tunnels.release();
        }
    }

    private void pass(ProxyResult result, Route route, Admission.Permit permit, Answer answer) throws IOException {
        switch (result) {
            case ProxyResult.Answered answered -> pass(answered, route, permit, answer);
            case ProxyResult.NoInstances(boolean watched, var attempts) ->
                answer.problem(
                        about(
                                503,
                                watched
                                        ? "No instance of the service is there to answer."
                                        : "The gateway does not know yet which instances the service has.",
                                route,
                                attempts),
                        RETRY_SOON);
            case ProxyResult.UpstreamFailed(var decided, var attempts) -> {
                answer.because(decided.reason());
                answer.problem(
                        about(502, "The service could not be reached, or broke off.", route, attempts), Map.of());
            }
            case ProxyResult.DeadlineExceeded(var attempts) ->
                answer.problem(about(504, "The service did not answer in time.", route, attempts), Map.of());
            case ProxyResult.ClientFault(PayloadTooLargeException tooLong, var attempts) ->
                answer.problem(tooLarge(route, tooLong), CLOSE);
            case ProxyResult.ClientFault(SlowClientException ignored, var attempts) ->
                answer.problem(tooSlow(route), CLOSE);
            case ProxyResult.ClientFault(var cause, var attempts) -> answer.clientGone(cause);
            case ProxyResult.Unsendable(var reason, var attempts) ->
                answer.problem(about(400, reason, route, List.of()), Map.of());
        }
    }

    private static Problem about(int status, String detail, Route route, List<Attempt> attempts) {
        return Problem.of(status, detail)
                .onRoute(route.name(), attempts.stream().map(Attempt::outcome).toList());
    }

    private static Problem tooLarge(Route route, PayloadTooLargeException e) {
        return Problem.of(413, "The body is longer than " + e.most + " bytes.").onRoute(route.name(), List.of());
    }

    private static Problem tooSlow(Route route) {
        return Problem.of(408, "The body came too slowly.").onRoute(route.name(), List.of());
    }

    private static Problem overloaded(Route route) {
        return Problem.of(503, "The gateway has as many requests in hand as it takes.")
                .onRoute(route.name(), List.of());
    }

    private static void giveUp(Route route, Answer answer) throws IOException {
        boolean repeatable = isRepeatable(answer.request());
        answer.problem(
                Problem.of(
                                503,
                                "The request was given up: the gateway has as many requests in hand as it takes, and"
                                        + " its client holds more of them than any other."
                                        + (repeatable ? "" : " An instance may have acted on it."))
                        .onRoute(route.name(), List.of()),
                repeatable ? RETRY_SOON : Map.of());
    }

    private static Problem shareTaken(Way way) {
        return Problem.of(
                        503,
                        "The service has as many requests in hand as it may hold (services.%s.in-flight)."
                                .formatted(way.to().service()))
                .onRoute(way.route().name(), List.of());
    }

    private HeaderFields fields(Request request, HttpFields given, Forwarding.Hop hop, Way way, String requestId) {
        HeaderEdits edits = way.route().requestHeaders();
        String connection = Headers.connection(given.getValuesList(HttpHeader.CONNECTION));
        boolean trusted = forwarding.trusts(hop);
        var fields = new HeaderFields();
        for (HttpField field : given) {
            String value = field.getValue();
            if (value != null
                    && Headers.passesUpstream(field.getName(), connection)
                    && ClientFields.passes(field.getName(), trusted)) {
                fields.add(field.getName(), value);
            }
        }
        if (Headers.takesTrailers(given.get(HttpHeader.TE))) {
            fields.add("TE", "trailers");
        }
        @Nullable String host = given.get(HttpHeader.HOST);
        if (host != null && way.to().preserveHost()) {
            fields.add("Host", host);
        }
        forwarding.tell(hop, given, fields);
        forwarding.tellPrefix(trusted, way.stripped(), given, fields);
        fields.add(RequestId.HEADER, requestId).add("Via", via.of(protocol(request)));
        if (!edits.none()) {
            fields.retain(edits::keeps);
            edits.set().forEach(fields::add);
        }
        return fields;
    }

    /// The path as the client wrote it.
    private static String target(Request request) {
        return Objects.requireNonNullElse(request.getHttpURI().getPath(), "");
    }

    private static String protocol(Request request) {
        return request.getConnectionMetaData().getProtocol();
    }

    /// That of the connection: an HTTP/2 request may say another.
    private static String scheme(Request request) {
        return request.getConnectionMetaData().isSecure() ? "https" : "http";
    }

    private static Forwarding.Hop hop(Request request, HttpFields given) {
        var peer = (InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress();
        return new Forwarding.Hop(
                peer.getAddress(), scheme(request), given.get(HttpHeader.HOST), Request.getLocalPort(request));
    }
}
