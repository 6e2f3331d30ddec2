package dev.stringsvc.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client of Consul's agent that keeps to its HTTP conventions: TLS, Unix sockets, the token of the moment,
/// namespaces.
/// It connects with the first request. Thread-safe.
///
/// orbitz's client takes no HTTP client from outside, no Unix socket, and no token that changes. So its first
/// interceptor
/// sends each request by an HTTP client of our own, and passes nothing on.
public final class AgentConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);
    private static final String TOKEN = "X-Consul-Token";
    private static final int FORBIDDEN = 403;
    /// What the library's message has before the answer's body.
    private static final String BODY = "]: ";

    private static final int LONGEST_SAID = 200;

    private final ConsulSettings settings;
    private final TokenSource tokens;
    private final OkHttpClient http;
    private final Consul consul;

    /// How long the agent may take.
    ///
    /// @param connect for a connection
    /// @param silence until it sends something
    public record Timeouts(Duration connect, Duration silence) {}

    /// @param executor runs calls that have a callback, and is shut down with the connection
    /// @throws dev.stringsvc.program.SettingException when a file that the settings name cannot be used any more
    public AgentConnection(ConsulSettings settings, Timeouts timeouts, ExecutorService executor) {
        this.settings = settings;
        this.tokens = TokenSource.of(settings.token(), settings.tokenFile());
        var client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(timeouts.connect())
                .readTimeout(timeouts.silence())
                .writeTimeout(timeouts.silence());
        if (settings.address().tls()) {
            settings.tls().configure(client);
        }
        switch (settings.address()) {
            case ConsulAddress.Tcp tcp ->
                // the URL names whom the certificate must name, which may be another host
                client.dns(
                        name -> List.of(InetAddress.getAllByName(tcp.hostPort().host())));
            case ConsulAddress.Unix unix ->
                client.socketFactory(UnixSocket.factory(unix.socket()))
                        .proxy(Proxy.NO_PROXY)
                        .dns(name -> List.of(InetAddress.getLoopbackAddress()));
        }
        this.http = client.build();
        Consul.Builder builder =
                Consul.builder().withUrl(url().toString()).withPing(false).withExecutorService(executor);
        try {
            Field first = Consul.Builder.class.getDeclaredField("authInterceptor");
            first.setAccessible(true);
            first.set(builder, (Interceptor) this::intercept);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of consul-client has no authInterceptor", e);
        }
        this.consul = builder.build();
        warn();
    }

    private void warn() {
        if (!settings.tokenFile().isEmpty()) {
            InputFile.readableByAll(Path.of(settings.tokenFile()))
                    .ifPresent(why -> LOG.warn("Consul's token file {}: {}", settings.tokenFile(), why));
        }
        if (settings.address().tls() && !settings.tls().verify()) {
            LOG.warn("Consul's certificate is not checked: anybody between may read the token and change the answers");
        }
    }

    /// What asks the agent.
    public Consul consul() {
        return consul;
    }

    /// Another number once there is another token. The agent keeps the token of a registration for its own writes, so
    /// that a service has to be registered again then.
    public int tokenGeneration() {
        return tokens.generation();
    }

    private HttpUrl url() {
        var url = new HttpUrl.Builder().scheme(settings.address().tls() ? "https" : "http");
        return switch (settings.address()) {
            case ConsulAddress.Tcp tcp ->
                url.host(serverName().orElse(tcp.hostPort().host()))
                        .port(tcp.hostPort().port())
                        .build();
            case ConsulAddress.Unix _ ->
                url.host(serverName().orElse("localhost")).build();
        };
    }

    private Optional<String> serverName() {
        return settings.address().tls() ? settings.tls().host() : Optional.empty();
    }

    private Response intercept(Interceptor.Chain chain) throws IOException {
        String token = tokens.current();
        Response response = send(chain.request(), token);
        if (response.code() == FORBIDDEN && tokens.replaces(token)) {
            response.close();
            return send(chain.request(), tokens.current());
        }
        return response;
    }

    private Response send(Request request, String token) throws IOException {
        HttpUrl.Builder url = request.url().newBuilder();
        if (!settings.namespace().isEmpty()) {
            url.setQueryParameter("ns", settings.namespace());
        }
        if (!settings.partition().isEmpty()) {
            url.setQueryParameter("partition", settings.partition());
        }
        // a connection that died in the pool would cost a query, which OkHttp then sends again at once
        Request.Builder sent = request.newBuilder().url(url.build()).header("Connection", "close");
        if (!token.isEmpty()) {
            sent.header(TOKEN, token);
        }
        if (settings.address() instanceof ConsulAddress.Tcp tcp && serverName().isPresent()) {
            sent.header("Host", tcp.hostPort().toString());
        }
        if (!settings.auth().isEmpty()) {
            sent.header("Authorization", basic(settings.auth().value()));
        }
        return http.newCall(sent.build()).execute();
    }

    private static String basic(String auth) {
        int colon = auth.indexOf(':');
        return colon < 0
                ? Credentials.basic(auth, "", StandardCharsets.UTF_8)
                : Credentials.basic(auth.substring(0, colon), auth.substring(colon + 1), StandardCharsets.UTF_8);
    }

    /// The beginning of what the agent wrote into an answer that is an error, in one line.
    public static String saidIn(ConsulException refusal) {
        String message = String.valueOf(refusal.getMessage());
        String body = message.substring(message.indexOf(BODY) < 0 ? 0 : message.indexOf(BODY) + BODY.length());
        return body.substring(0, Math.min(body.length(), LONGEST_SAID))
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
    }

    @Override
    public void close() {
        consul.destroy();
    }
}
