package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientConnection;
import dev.stringsvc.gateway.client.ClientOutput;
import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.Problem;
import dev.stringsvc.gateway.client.RefusedAnswerException;
import dev.stringsvc.gateway.client.RequestId;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.http.UpstreamSocket;
import dev.stringsvc.gateway.retry.Attempt;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.tunnel.ClientSocket;
import dev.stringsvc.gateway.tunnel.Tunnel;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// What one client is told, and what is to be said of it afterwards. Used by the request's thread.
final class Answer {
    private static final int CLIENT_CLOSED_REQUEST = 499;
    private static final int LAST_STATUS = 599;

    private final Request request;
    private final Response response;
    private final Client client;
    private final HttpFields.Mutable fields;
    private final String requestId;
    private final BooleanSupplier draining;
    private final Function<Answer, @Nullable OwnRoom> ownRoom;
    private @Nullable ClientBody body;
    private @Nullable String route;
    private HeaderEdits edits = HeaderEdits.NONE;
    private List<Attempt> attempts = List.of();
    private int status;
    private @Nullable String error;
    private @Nullable ClientOutput passed;
    private long bytes;
    private boolean cut;

    /// Room for one answer of the gateway's own, and what measures how fast its client takes it.
    record OwnRoom(Admission.Permit permit, ClientRate rate) {}

    /// @param ownRoom gives room for an answer of the gateway's own over HTTP/2; `null` where there is none
    Answer(Request request, Response response, BooleanSupplier draining, Function<Answer, @Nullable OwnRoom> ownRoom) {
        this.request = request;
        this.response = response;
        this.client = Client.of(request);
        this.fields = response.getHeaders();
        this.requestId = RequestId.of(request.getHeaders().get(RequestId.HEADER));
        this.ownRoom = ownRoom;
        this.draining = draining;
    }

    Request request() {
        return request;
    }

    String requestId() {
        return requestId;
    }

    /// Whom it goes to.
    Client client() {
        return client;
    }

    void routed(Route route) {
        this.route = route.name();
        this.edits = route.responseHeaders();
    }

    /// The headers that a route sets are on the answer, although the route does not take the request.
    void editedBy(Route route) {
        this.edits = route.responseHeaders();
    }

    /// Notes what is read of the request's body.
    void taking(ClientBody body) {
        this.body = body;
    }

    void attempted(List<Attempt> attempts) {
        this.attempts = attempts;
    }

    /// Passes an instance's answer on and gives it back. Where the instance breaks off after the client was told that
    /// all is well, the client's connection is cut, so that half an answer never looks whole.
    ///
    /// @param rate measures how fast the client takes it
    void pass(ProxyResult.Answered answered, ClientRate rate) throws IOException {
        try (answered) {
            UpstreamResponse upstream = answered.response();
            @Nullable UpstreamSocket switched = upstream.socket();
            boolean known = upstream.status() >= HttpStatus.OK_200 && upstream.status() <= LAST_STATUS;
            if (!known && switched == null) {
                refuse(answered, "a status that is no final one");
                return;
            }
            begin(upstream.status());
            boolean trailers = Headers.takesTrailers(request.getHeaders().get(HttpHeader.TE));
            @Nullable String fault = copyHeaders(upstream, trailers).orElse(null);
            if (fault != null) {
                refuse(answered, fault);
                return;
            }
            fields.add(HttpHeader.VIA, Headers.via(upstream.protocol()));
            date();
            if (isTooLongForClient()) {
                giveUp("the client takes no head that long", "The service's answer has too long a head.", 502);
                return;
            }
            if (switched != null) {
                carry(upstream, switched);
                return;
            }
            boolean follow = trailers && mayHaveTrailers(upstream);
            keepChunks();
            client().answering(rate);
            var out = new ClientOutput(response, rate);
            passed = out;
            if (follow) {
                copyWithTrailers(upstream, out);
            } else {
                upstream.copyBodyTo(out);
            }
            out.close();
        } catch (UpstreamBrokenException e) {
            @Nullable IOException clients = body == null ? null : body.failure();
            if (clients != null) {
                clientGone(clients);
                return;
            }
            answered.brokeOff();
            giveUp("the instance broke off within its answer", "The service broke off within its answer.", 502);
        } catch (RefusedAnswerException e) {
            answered.brokeOff();
            giveUp(
                    "the instance's answer cannot be sent: " + e.getMessage(),
                    "The service's answer is malformed.",
                    502);
        }
    }

    private boolean isTooLongForClient() {
        int most = client.mostHead();
        return most < Integer.MAX_VALUE
                && fields.stream().mapToInt(Answer::listSize).sum() > most;
    }

    /// True if trailers may follow the body. In HTTP/2 they may also where its length is known; towards HTTP/1.1 such
    /// a body then goes in chunks, if trailers are announced.
    private boolean mayHaveTrailers(UpstreamResponse upstream) {
        if (!fields.contains(HttpHeader.CONTENT_LENGTH)) {
            return true;
        }
        if (!upstream.protocol().equals("HTTP/2.0")) {
            return false;
        }
        boolean toHttp2 = request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
        boolean announced = !toHttp2
                && fields.contains(HttpHeader.TRAILER)
                && !request.getMethod().equals("HEAD");
        if (announced) {
            fields.remove(HttpHeader.CONTENT_LENGTH);
        }
        return toHttp2 || announced;
    }

    /// An answer in chunks stays one, also where all of it is here.
    private void keepChunks() {
        boolean bodiless = status == HttpStatus.NO_CONTENT_204
                || status == HttpStatus.NOT_MODIFIED_304
                || request.getMethod().equals("HEAD");
        if (!bodiless
                && !fields.contains(HttpHeader.CONTENT_LENGTH)
                && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            fields.put(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
    }

    private void refuse(ProxyResult.Answered answered, String fault) throws IOException {
        answered.brokeOff();
        giveUp("the instance's answer has " + fault, "The service's answer has " + fault + ".", 502);
    }

    /// As HTTP/2 counts (RFC 9113, section 6.5.2).
    private static int listSize(HttpField field) {
        return field.getName().length() + String.valueOf(field.getValue()).length() + 32;
    }

    /// Passes on an interim answer of an instance, where the client can take one, and waits until it is
    /// sent. The gateway says 100 itself, and 101 is no interim answer.
    ///
    /// @param rate measures how fast the client takes it
    /// @throws IOException when the client has gone away, or was cut because it takes nothing
    void interim(int status, HeaderFields headers, ClientRate rate) throws IOException {
        boolean known = request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_0;
        if (status <= HttpStatus.SWITCHING_PROTOCOLS_101 || status >= HttpStatus.OK_200 || !known) {
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
        client.answering(rate);
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

    /// Says that protocols were switched, and carries what follows until it is over. Hop-by-hop headers do not pass,
    /// save the one that says so.
    private void carry(UpstreamResponse upstream, UpstreamSocket socket) throws IOException {
        fields.put(HttpHeader.CONNECTION, "Upgrade");
        fields.put(HttpHeader.UPGRADE, upstream.header("Upgrade"));
        write(false, BufferUtil.EMPTY_BUFFER);
        var connection = (ClientConnection) request.getConnectionMetaData().getConnection();
        var tunnel = new Tunnel(new ClientSocket(connection.getEndPoint(), connection.onUpgradeFrom()), socket);
        connection.client().begin(tunnel);
        error = tunnel.carry().orElse(null);
        bytes = tunnel.bytes();
    }

    private void copyWithTrailers(UpstreamResponse upstream, ClientOutput out) throws IOException {
        @Nullable String connection = connection(upstream);
        HttpFields.Mutable trailers = HttpFields.build();
        response.setTrailersSupplier(() -> trailers);
        upstream.copyBodyTo(out);
        var taken = new AnswerFields(trailers, connection, HeaderEdits.NONE);
        upstream.forEachTrailer((name, value) -> {
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

    /// Why they cannot be passed on; empty where they can.
    ///
    /// @param trailers whether the client takes them, and may be told which are to come
    private Optional<String> copyHeaders(UpstreamResponse upstream, boolean trailers) {
        var taken = new AnswerFields(fields, connection(upstream), edits);
        upstream.forEachHeader((name, value) -> {
            if (!HttpHeader.CONTENT_LENGTH.is(name)) {
                taken.add(name, value, trailers && HttpHeader.TRAILER.is(name));
            } else if (status != HttpStatus.NO_CONTENT_204) {
                taken.addLength(value);
            }
        });
        edits.set().forEach(fields::put);
        return taken.fault();
    }

    private static @Nullable String connection(UpstreamResponse upstream) {
        List<String> values = new ArrayList<>(1);
        upstream.forEachHeader((name, value) -> {
            if (name.equalsIgnoreCase("Connection")) {
                values.add(value);
            }
        });
        return Headers.connection(values);
    }

    /// Sends the client elsewhere.
    void redirect(int status, String location) throws IOException {
        begin(status);
        fields.put(HttpHeader.LOCATION, location);
        own(new byte[0]);
    }

    /// Answers as the route says.
    void respond(Action.Respond with) throws IOException {
        begin(with.status());
        if (!with.body().isEmpty() && !with.contentType().isEmpty()) {
            fields.put(HttpHeader.CONTENT_TYPE, with.contentType());
        }
        own(with.body().getBytes(StandardCharsets.UTF_8));
    }

    /// What a route answers by itself.
    private void own(byte[] body) throws IOException {
        edits.set().forEach(fields::put);
        date();
        if (status != HttpStatus.NO_CONTENT_204 && status != HttpStatus.NOT_MODIFIED_304) {
            fields.put(HttpHeader.CONTENT_LENGTH, body.length);
        }
        whole(body);
    }

    private void whole(byte[] body) throws IOException {
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            write(true, ByteBuffer.wrap(body));
            bytes = body.length;
            return;
        }
        @Nullable OwnRoom room = ownRoom.apply(this);
        if (room == null) {
            error = "no room for one more answer that its client does not take: " + error;
            cut();
            return;
        }
        try (Admission.Permit _ = room.permit()) {
            client.answering(room.rate());
            room.rate().waitForClient();
            write(true, ByteBuffer.wrap(body));
            bytes = body.length;
        } finally {
            room.rate().waited(body.length);
        }
    }

    private void write(boolean last, ByteBuffer body) throws IOException {
        try (Blocker.Callback taken = Blocker.callback()) {
            response.write(last, body, taken);
            taken.block();
        }
    }

    /// The gateway itself failed.
    void failed() throws IOException {
        giveUp("the gateway failed", "The gateway failed to handle the request.", 500);
    }

    /// A problem where nothing was said yet, else an end that looks like none.
    private void giveUp(String error, String detail, int status) throws IOException {
        this.error = error;
        if (response.isCommitted()) {
            cut();
        } else {
            fields.clear();
            var problem = Problem.of(status, detail);
            problem(
                    route == null
                            ? problem
                            : problem.onRoute(
                                    route,
                                    attempts.stream().map(Attempt::outcome).toList()),
                    Map.of());
        }
    }

    /// Sets what the log says of the problem that is answered next. Its client is told less.
    void because(String reason) {
        error = reason;
    }

    /// Answers with a problem of the gateway's own, with the headers that the route sets.
    void problem(Problem problem, Map<String, String> headers) throws IOException {
        if (error == null) {
            error = problem.detail();
        }
        passed = null;
        begin(problem.status());
        edits.setOnProblem().forEach(fields::put);
        fields.put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        headers.forEach((name, value) -> {
            if (edits.keeps(name) || HttpHeader.ALLOW.is(name)) {
                fields.put(name, value);
            }
        });
        date();
        byte[] json = problem.inRequest(requestId).json();
        fields.put(HttpHeader.CONTENT_LENGTH, json.length);
        whole(json);
    }

    /// The client went away, or sent less than it promised: nobody reads an answer any more.
    void clientGone(IOException cause) {
        if (client().tooSlow() || (response.isCommitted() && cause.getCause() instanceof TimeoutException)) {
            error = "the client took its answer too slowly, and was cut";
        } else {
            status = CLIENT_CLOSED_REQUEST;
            error = "the client went away: " + cause.getMessage();
        }
        cut();
    }

    private void date() {
        if (!fields.contains(HttpHeader.DATE)) {
            fields.put(HttpHeader.DATE, DateGenerator.formatDate(System.currentTimeMillis()));
        }
    }

    private void cut() {
        cut = true;
        client.cut();
    }

    /// Gives the request back, now that it is answered or never will be.
    void end(Callback callback) {
        if (cut) {
            callback.failed(new Request.Handler.AbortException("the answer was cut"));
            return;
        }
        if (isBodyLeft()) {
            forgetDemand();
            client.endUnread(request);
        }
        callback.succeeded();
    }

    /// Takes back the demand for more of the body that Jetty has not answered: with it Jetty would call the
    /// request unfinished and end the connection as if it had failed. What expires a demand is the time.
    private void forgetDemand() {
        HttpChannel.@Nullable IdleTimeoutTask expired =
                HttpChannel.from(request).onIdleTimeout(new TimeoutException("the body is no longer read"));
        if (expired != null) {
            expired.action().run();
        }
    }

    private void begin(int status) {
        client.beginAnswer();
        this.status = status;
        response.setStatus(status);
        fields.put(RequestId.HEADER, requestId);
        if (draining.getAsBoolean()) {
            client.sendElsewhere(fields);
        } else if (isBodyLeft()) {
            fields.put(HttpHeader.CONNECTION, "close");
        }
    }

    /// Whether the client may still be sending a body that nobody will read: what comes on its connection
    /// is no request then.
    private boolean isBodyLeft() {
        try {
            if (body != null) {
                return !body.isHere(Integer.MAX_VALUE);
            }
        } catch (IOException e) {
            return true;
        }
        HttpFields given = request.getHeaders();
        return given.contains(HttpHeader.TRANSFER_ENCODING) || given.getLongField(HttpHeader.CONTENT_LENGTH) > 0;
    }

    /// What is to be said of it now that it is over.
    ///
    /// @param startNanos when the request arrived, by [System#nanoTime]
    Exchange exchange(String method, String path, long startNanos) {
        return new Exchange(
                method,
                path,
                status,
                passed == null ? bytes : passed.written(),
                Duration.ofNanos(System.nanoTime() - startNanos),
                route,
                attempts.isEmpty() ? null : attempts.getLast().instance(),
                attempts.size(),
                requestId,
                error);
    }
}
