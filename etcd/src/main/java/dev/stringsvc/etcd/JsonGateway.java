package dev.stringsvc.etcd;

import dev.stringsvc.etcd.EtcdException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;

/// Sends requests to etcd's JSON gateway, to one endpoint after the other until one answers. The
/// endpoint that answered last is asked first. Thread-safe.
final class JsonGateway implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final int LARGEST_FAILURE = 65_536;
    private static final int LONGEST_SAID = 200;

    private final List<EtcdEndpoint> endpoints;
    private final EtcdLimits limits;
    private final OkHttpClient http;
    private final OkHttpClient streaming;
    private final AtomicInteger first = new AtomicInteger();
    private volatile boolean closed;

    JsonGateway(EtcdConfig config, EtcdLimits limits) {
        this.endpoints = config.endpoints();
        this.limits = limits;
        var builder = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .followRedirects(false)
                .connectTimeout(limits.connect())
                .readTimeout(limits.answer())
                .writeTimeout(limits.answer());
        if (endpoints.stream().anyMatch(EtcdEndpoint::tls)) {
            config.tls().configure(builder);
        }
        this.streaming = builder.build();
        this.http = streaming.newBuilder().callTimeout(limits.answer()).build();
    }

    /// An answer that goes on. Whoever has it closes it.
    record Stream(EtcdEndpoint endpoint, Call call, Response response) {
        BufferedSource source() {
            return response.body().source();
        }
    }

    /// Sends a request and reads its whole answer.
    ///
    /// @param token empty for none
    <T> T call(String path, Map<String, ?> request, Json.Reader<T> reader, String token) throws EtcdException {
        return inTurn(endpoint -> {
            Call call = http.newCall(request(endpoint, path, request, token));
            try (Response response = execute(call)) {
                refuseFailure(endpoint, response);
                return read(endpoint, bytes(endpoint, response.body().source(), limits.bytes()), reader);
            } catch (EtcdException e) {
                throw e;
            } catch (IOException e) {
                throw unreachable(endpoint, e, limits.answer());
            }
        });
    }

    /// Sends a request whose answer is a stream, and returns once the answer begins. The endpoint
    /// must send something within the limits from then on, or reading fails with a timeout.
    Stream open(String path, Map<String, ?> request, String token) throws EtcdException {
        return inTurn(endpoint -> {
            Call call = streaming.newCall(request(endpoint, path, request, token)
                    .newBuilder()
                    // etcd ends the stream if this member loses the leader; otherwise it would be silent for ever
                    .header("Grpc-Metadata-hasleader", "true")
                    .build());
            try {
                Response response = execute(call);
                try {
                    refuseFailure(endpoint, response);
                    return new Stream(endpoint, call, response);
                } catch (IOException e) {
                    response.close();
                    throw e;
                }
            } catch (EtcdException e) {
                throw e;
            } catch (IOException e) {
                throw unreachable(endpoint, e, limits.answer());
            }
        });
    }

    private static Response execute(Call call) throws IOException {
        try {
            return call.execute();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // OkHttp throws InterruptedException, and does not declare it
            Thread.currentThread().interrupt();
            throw new EtcdException(Kind.UNREACHABLE, "interrupted while calling etcd", e);
        }
    }

    @FunctionalInterface
    private interface Attempt<T> {
        T at(EtcdEndpoint endpoint) throws EtcdException;
    }

    private <T> T inTurn(Attempt<T> attempt) throws EtcdException {
        int begin = first.get();
        for (int i = 0; ; i++) {
            int index = (begin + i) % endpoints.size();
            try {
                if (closed) {
                    throw new EtcdException(Kind.CLOSED, "the client of etcd is closed");
                }
                T answer = attempt.at(endpoints.get(index));
                first.set(index);
                return answer;
            } catch (EtcdException e) {
                if (closed) {
                    throw new EtcdException(Kind.CLOSED, "the client of etcd is closed", e);
                }
                if (!e.isOfMember()
                        || i + 1 == endpoints.size()
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private static Request request(EtcdEndpoint endpoint, String path, Map<String, ?> request, String token) {
        var url = new HttpUrl.Builder()
                .scheme(endpoint.tls() ? "https" : "http")
                .host(endpoint.hostPort().host())
                .port(endpoint.hostPort().port())
                .encodedPath(path);
        var builder = new Request.Builder()
                .url(url.build())
                .header("Accept-Encoding", "identity")
                .post(RequestBody.create(Json.write(request), JSON));
        return token.isEmpty()
                ? builder.build()
                : builder.header("Authorization", token).build();
    }

    private static void refuseFailure(EtcdEndpoint endpoint, Response response) throws IOException {
        if (response.isSuccessful()) {
            return;
        }
        byte[] body = bytes(endpoint, response.body().source(), LARGEST_FAILURE);
        throw Json.refusal(endpoint, response.code(), body);
    }

    private static byte[] bytes(EtcdEndpoint endpoint, BufferedSource source, int most) throws IOException {
        if (source.request(most + 1L)) {
            throw tooLarge(endpoint, most);
        }
        return source.readByteArray();
    }

    static EtcdException tooLarge(EtcdEndpoint endpoint, int most) {
        return new EtcdException(Kind.UNREADABLE, "etcd at " + endpoint + " answered more than " + most + " bytes");
    }

    /// @throws EtcdException if the answer is an error, or not in the form that the reader expects
    static <T> T read(EtcdEndpoint endpoint, byte[] json, Json.Reader<T> reader) throws EtcdException {
        try {
            return reader.read(endpoint, json);
        } catch (EtcdException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new EtcdException(
                    Kind.UNREADABLE, "etcd at " + endpoint + " answered something that is not etcd's: " + said(e), e);
        }
    }

    static EtcdException unreachable(EtcdEndpoint endpoint, IOException e, Duration limit) {
        String reason = switch (e) {
            case InterruptedIOException _ -> " did not answer in " + limit.toMillis() + " ms";
            case UnknownHostException _ -> " cannot be reached: the host name does not resolve";
            default -> " cannot be reached: " + said(root(e));
        };
        return new EtcdException(Kind.UNREACHABLE, "etcd at " + endpoint + reason, e);
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /// The beginning of an exception's message, in one line.
    private static String said(Throwable e) {
        return line(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }

    /// The beginning of a text from outside, in one line.
    static String line(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_SAID))
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
    }

    /// Ends all calls and streams, and lets no new ones begin.
    @Override
    public void close() {
        closed = true;
        http.dispatcher().cancelAll();
        streaming.dispatcher().cancelAll();
        http.connectionPool().evictAll();
    }
}
