package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// A transport to one instance by OkHttp.
final class OkHttpTransport implements Transport {
    /// A connection that is closed sooner after its last use was not closed for being idle.
    private static final Duration EARLY = Duration.ofSeconds(1);

    private static final Duration DISTRUST = Duration.ofSeconds(10);

    private final Clients clients;
    /// For what HTTP/2 cannot carry.
    private final Clients http1;
    private final HttpUrl base;
    private final Watchdog watchdog;
    private final Pauses pauses;
    private final AtomicLong trustAgainAt = new AtomicLong(System.nanoTime());

    OkHttpTransport(Clients clients, Clients http1, HttpUrl base, Watchdog watchdog, Pauses pauses) {
        this.clients = clients;
        this.http1 = http1;
        this.base = base;
        this.watchdog = watchdog;
        this.pauses = pauses;
    }

    @Override
    public AttemptResult execute(UpstreamRequest request, Duration timeout) {
        HttpUrl url = request.path().startsWith("/") ? url(request) : base;
        if (!url.encodedPath().equals(request.path())) {
            // OkHttp resolves dot segments and re-encodes: what would be sent is not what was matched to a route.
            return new AttemptResult.Unsendable("The path holds dot segments, or characters that must be encoded.");
        }
        if (!takesBody(request.method()) && !isEmpty(request.body())) {
            return new AttemptResult.Unsendable("A " + request.method() + " request with a body is not passed on.");
        }
        var trace = new AttemptTrace();
        @Nullable Headers headers = headers(request, trace);
        if (headers == null) {
            return new AttemptResult.Unsendable("A header holds bytes that are not UTF-8.");
        }
        var body = body(request, trace);
        var sent = new Request.Builder()
                .url(url)
                .headers(headers)
                .method(request.method(), body)
                .tag(AttemptTrace.class, trace)
                .build();
        Clients from = sent.header("Upgrade") == null ? clients : http1;
        Clients.Client client = from.lease();
        Watchdog.Watch watch = watchdog.watch(timeout, request.caller()::hasLeft, trace::cancel);
        if (body instanceof StreamedRequestBody streamed) {
            streamed.start(watch, timeout);
        }
        Runnable giveBack = () -> from.giveBack(client);
        OkHttpResponse response;
        try {
            response = new OkHttpResponse(send(client.okHttp(), sent, trace), trace, watch, pauses, giveBack);
        } catch (IOException | RuntimeException e) {
            watch.cancel();
            giveBack.run();
            AttemptResult failure =
                    watch.abandoned() ? abandoned() : failure(asIoException(e), trace, watch.expired(), timeout);
            if (trace.onKeptConnection() && failure instanceof AttemptResult.MaybeSent) {
                distrust();
            }
            return failure;
        }
        if (watch.abandoned() || watch.expired()) {
            response.close();
            return watch.abandoned() ? abandoned() : new AttemptResult.TimedOut(timeout, false);
        }
        return new AttemptResult.Responded(response);
    }

    /// A kept connection that is found dead before anything was sent costs a new one, and no attempt: all that are kept
    /// may be dead, at every instance, and the instances be well.
    private Response send(OkHttpClient client, Request request, AttemptTrace trace) throws IOException {
        while (true) {
            boolean trusted = trusts();
            try {
                Request next = trusted || request.header("Upgrade") != null
                        ? request
                        : request.newBuilder().header("Connection", "close").build();
                return trace.calling(client.newCall(next)).execute();
            } catch (ProtocolException e) {
                @Nullable Response noContent = trace.noContent();
                if (noContent == null) {
                    throw e;
                }
                return noContent;
            } catch (StaleConnectionException e) {
                if (trusted && trace.unused().compareTo(EARLY) < 0) {
                    distrust();
                }
                if (trace.cancelled()) {
                    throw e;
                }
            }
        }
    }

    /// An instance that closes connections it was to keep may close the next while a request is on its way to it: for
    /// some time none is used that was kept, and none is kept.
    private void distrust() {
        trustAgainAt.set(System.nanoTime() + DISTRUST.toNanos());
        clients.evict();
        if (http1 != clients) {
            http1.evict();
        }
    }

    private boolean trusts() {
        return trustAgainAt.get() - System.nanoTime() <= 0;
    }

    private static AttemptResult abandoned() {
        return new AttemptResult.ClientFault(new AbandonedException());
    }

    private static AttemptResult failure(IOException cause, AttemptTrace trace, boolean expired, Duration timeout) {
        @Nullable IOException clientFailure = trace.clientFailure();
        if (clientFailure != null) {
            return new AttemptResult.ClientFault(clientFailure);
        }
        if (trace.nothingSent(cause)) {
            return new AttemptResult.NotSent(cause, trace.asked() || !expired);
        }
        return expired ? new AttemptResult.TimedOut(timeout, trace.silent()) : new AttemptResult.MaybeSent(cause);
    }

    /// OkHttp lets some runtime exceptions of the JDK and of parsing through (a header it refuses, a socket factory
    /// that fails): an attempt has failed then, and nothing more.
    private static IOException asIoException(Exception e) {
        return e instanceof IOException io ? io : new IOException(e);
    }

    private HttpUrl url(UpstreamRequest request) {
        @Nullable String query = request.query();
        var builder = base.newBuilder().encodedPath(request.path());
        HttpUrl url = builder.encodedQuery(query).build();
        if (query == null || query.equals(url.encodedQuery())) {
            return url;
        }
        // OkHttp's own way in, past its public one, which encodes quotes and angle brackets: as one name without a
        // value the query stays as the client wrote it.
        builder.setEncodedQueryNamesAndValues$okhttp(Arrays.asList(query, null));
        return builder.build();
    }

    /// The headers as OkHttp takes them; `null` where one of them cannot be sent as it is.
    private static @Nullable Headers headers(UpstreamRequest request, AttemptTrace trace) {
        var headers = new Headers.Builder();
        boolean[] sendable = {true};
        request.headers().forEach((name, value) -> {
            @Nullable String text = HeaderBytes.toOkHttp(value);
            sendable[0] &= text != null;
            headers.addUnsafeNonAscii(name, text == null ? "" : text);
        });
        if (!sendable[0]) {
            return null;
        }
        if (headers.get("Accept-Encoding") == null) {
            // Else OkHttp asks for gzip by itself and unpacks it.
            headers.add("Accept-Encoding", "identity");
        }
        trace.userAgentGiven(headers.get("User-Agent") != null);
        return headers.build();
    }

    private static @Nullable RequestBody body(UpstreamRequest request, AttemptTrace trace) {
        return switch (request.body()) {
            case Body.None() -> needsBody(request.method()) ? RequestBody.EMPTY : null;
            case Body.Buffered(byte[] bytes, var _) -> takesBody(request.method()) ? RequestBody.create(bytes) : null;
            case Body.Streamed streamed -> new StreamedRequestBody(streamed, trace);
        };
    }

    private static boolean isEmpty(Body body) {
        return body instanceof Body.None || (body instanceof Body.Buffered(byte[] bytes, var _) && bytes.length == 0);
    }

    /// OkHttp's rule.
    private static boolean takesBody(String method) {
        return !method.equals("GET") && !method.equals("HEAD");
    }

    private static boolean needsBody(String method) {
        return switch (method) {
            case "POST", "PUT", "PATCH", "PROPPATCH", "QUERY", "REPORT" -> true;
            default -> false;
        };
    }

    @Override
    public void close() {
        clients.close();
        http1.close();
    }
}
