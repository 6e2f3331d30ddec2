package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.http.RequestTarget;
import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.Reading;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.FailStop;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
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

/// The data port: finds the reply to each request, and has it written. Thread-safe.
///
/// It stands right behind Jetty's parser: docs/benchmarks.md says what a servlet layer between them costs.
public final class ProxyHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHandler.class);
    /// An empty `Allow` means that the target accepts no method at all (RFC 9110, section 10.2.1).
    private static final Map<String, String> NO_METHOD = Map.of("Allow", "", "Connection", "close");

    private final Supplier<Routing> routing;
    private final ClientLimits limits;
    private final Forwarding forwarding;
    private final Tracing tracing;
    private final ForwardAction forwards;
    private final OwnAnswers ownAnswers;
    private final Exchange.Listener listener;
    private final BooleanSupplier draining;
    private final AtomicInteger inFlight = new AtomicInteger();

    /// What requests are handled with.
    public record Setup(ClientLimits limits, Forwarding forwarding, Transcoders transcoders, Tracing tracing) {}

    /// @param routing the current routes; asked once per request
    /// @param draining true if clients should be told to open a new connection, which may lead to
    /// another gateway
    public ProxyHandler(Supplier<Routing> routing, Setup setup, Exchange.Listener listener, BooleanSupplier draining) {
        this.routing = routing;
        this.limits = setup.limits();
        this.forwarding = setup.forwarding();
        this.tracing = setup.tracing();
        this.forwards = new ForwardAction(setup);
        this.ownAnswers = new OwnAnswers(setup.limits(), setup.forwarding());
        this.listener = listener;
        this.draining = draining;
    }

    /// The number of long answers that do not count as in flight.
    public int streams() {
        return forwards.streams();
    }

    /// The number of open WebSockets.
    public int tunnels() {
        return forwards.tunnels();
    }

    /// The number of requests whose answers are not yet complete.
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public boolean handle(Request received, Response response, Callback callback) {
        long start = System.nanoTime();
        // a client that waits for an instance is not idle
        received.addIdleTimeoutListener(timeout -> false);
        inFlight.incrementAndGet();
        var request = ClientRequest.of(received, tracing, forwarding);
        var writer = new ReplyWriter(request, response, ownAnswers, draining);
        Reply reply;
        Written written;
        try (RequestScope _ = request.scope()) {
            reply = replyTo(request, writer);
            written = write(reply, request, writer);
        } finally {
            inFlight.decrementAndGet();
        }
        Exchange exchange = exchange(request, reply.context(), written, start);
        request.trace().finished(exchange);
        listener.finished(exchange);
        writer.end(written, callback);
        return true;
    }

    private static Written write(Reply reply, ClientRequest request, ReplyWriter writer) {
        try {
            return writer.write(reply);
        } catch (RuntimeException | Error e) {
            report(request, e);
            return writer.failed(reply.context());
        }
    }

    private static Exchange exchange(ClientRequest request, ReplyContext context, Written written, long start) {
        @Nullable String rpcMethod = request.isGrpc() ? request.rpcMethod() : context.rpcMethod();
        return new Exchange(
                request.method(),
                request.path(),
                written.status(),
                written.bytes(),
                Duration.ofNanos(System.nanoTime() - start),
                context.route(),
                context.service(),
                context.attempts().stream().map(attempt -> made(attempt, start)).toList(),
                request.id(),
                written.error(),
                rpcMethod == null ? null : new Exchange.Call(rpcMethod, written.grpcStatus()),
                request.trace().ids());
    }

    private static Exchange.Made made(Attempt attempt, long start) {
        return new Exchange.Made(
                attempt.instance(),
                attempt::reason,
                attempt.failed(),
                Duration.ofNanos(attempt.startedAt() - start),
                attempt.took());
    }

    private Reply replyTo(ClientRequest request, ReplyWriter writer) {
        try {
            Reply.@Nullable Problem refusal = refusal(request);
            return refusal == null ? matched(request, writer) : refusal;
        } catch (RuntimeException | Error e) {
            report(request, e);
            return Problems.failed(ReplyContext.NO_ROUTE);
        }
    }

    /// Logs a failure of the gateway itself, and ends the process if it cannot continue after this
    /// error.
    private static void report(ClientRequest request, Throwable e) {
        FailStop.check("request " + request.id() + " failed within the gateway", e);
        Exchange.@Nullable Trace trace = request.trace().ids();
        new CallIds(Optional.of(request.id()), Optional.ofNullable(trace).map(Exchange.Trace::id))
                .run(() -> LOG.error("a request failed within the gateway", e));
    }

    /// The problem of a request that is refused before it is routed; `null` if it is not refused.
    private Reply.@Nullable Problem refusal(ClientRequest request) {
        if (HttpMethod.CONNECT.is(request.method())) {
            return Problems.unrouted(405, "The gateway makes no tunnels: it does not take CONNECT.", NO_METHOD);
        }
        @Nullable String coding = request.fields().get(HttpHeader.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return Problems.unrouted(501, "The transfer coding '" + coding + "' is not supported.", Problems.CLOSE);
        }
        if (coding != null && request.protocol().equals("HTTP/1.0")) {
            return Problems.unrouted(400, "HTTP/1.0 has no transfer codings.", Problems.CLOSE);
        }
        @Nullable String query = request.query();
        if (request.path().length() + (query == null ? 0 : query.length()) > limits.targetBytes()) {
            return Problems.unrouted(
                    414, "The request target is longer than " + limits.targetBytes() + " bytes.", Problems.CLOSE);
        }
        if (!Token.isValid(request.method())) {
            return Problems.unrouted(400, "The request's method is not valid.", Problems.CLOSE);
        }
        if (query != null && !RequestTarget.isQuery(query)) {
            return Problems.unrouted(400, "The query holds a character that must be percent-encoded.", Problems.CLOSE);
        }
        return null;
    }

    private Reply matched(ClientRequest request, ReplyWriter writer) {
        HttpFields given = request.fields();
        var asWritten = RequestHead.of(
                request.method(), given.get(HttpHeader.HOST), request.path(), name -> given.getValuesList(name));
        Routing now = routing.get();
        return switch (Reading.of(now.table(), asWritten)) {
            case Reading.Refused(var why) -> Problems.unrouted(400, why, Problems.CLOSE);
            case Reading.Valid valid ->
                switch (valid.match()) {
                    case Match.Found(var route) -> act(request, new Found(route, valid.request(), now), writer);
                    case Match.MethodNotAllowed(var allowed, var route) -> notAllowed(request, allowed, route);
                    case Match.NoRoute() ->
                        Problems.unrouted(
                                404, "No route takes " + valid.request().path() + ".", Map.of());
                };
        };
    }

    private static Reply notAllowed(ClientRequest request, Iterable<String> allowed, Route route) {
        String methods = String.join(", ", allowed);
        return Problems.of(
                405,
                "This path accepts " + methods + ", not " + request.method() + ".",
                Map.of("Allow", methods),
                ReplyContext.editedBy(route));
    }

    /// The route that takes a request.
    ///
    /// @param head with the path in its normal form
    private record Found(Route route, RequestHead head, Routing routing) {}

    private Reply act(ClientRequest request, Found found, ReplyWriter writer) {
        request.trace().routed(found.route());
        var context = ReplyContext.of(found.route());
        try {
            return switch (found.route().action()) {
                case Action.Forward forward ->
                    forwards.forward(
                            request,
                            Target.of(found.route(), forward, found.routing().forwarder(found.route()), found.head()),
                            writer);
                case Action.Redirect redirect ->
                    Reply.Own.redirect(redirect.status(), location(redirect, request, found), context);
                case Action.Respond respond -> Reply.Own.respond(respond, context);
            };
        } catch (RuntimeException | Error e) {
            report(request, e);
            return Problems.failed(context);
        }
    }

    private static String location(Action.Redirect redirect, ClientRequest request, Found found) {
        return redirect.location(
                found.route().predicates().path(),
                found.head(),
                request.scheme(),
                Objects.requireNonNullElse(request.query(), ""));
    }
}
