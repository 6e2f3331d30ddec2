package dev.stringsvc.consul.registration;

import com.orbitz.consul.AgentClient;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.async.ConsulResponseCallback;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.agent.FullService;
import com.orbitz.consul.model.agent.ImmutableRegCheck;
import com.orbitz.consul.model.agent.ImmutableRegistration;
import com.orbitz.consul.model.agent.Registration;
import com.orbitz.consul.option.QueryOptions;
import dev.stringsvc.consul.AgentConnection;
import dev.stringsvc.consul.ConsulAddress;
import dev.stringsvc.consul.ConsulSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;

/// The Consul agent over HTTP. It waits at most one second for a connection and two for an answer. Used
/// by one thread at a time.
public final class LocalAgent implements Agent, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final ConsulAddress address;
    private final AgentConnection agent;
    private final AgentClient client;
    private int registeredWith;

    /// Does not connect yet.
    public LocalAgent(ConsulSettings settings) {
        this.address = settings.address();
        this.agent = new AgentConnection(
                settings, new AgentConnection.Timeouts(CONNECT, ANSWER), Executors.newVirtualThreadPerTaskExecutor());
        this.client = agent.consul().agentClient();
    }

    /// Uses the callback form, the only one that tells an unknown id (404) from a refusal.
    @Override
    public boolean knows(Instance instance) throws IOException {
        if (agent.tokenGeneration() != registeredWith) {
            return false;
        }
        var answer = new CompletableFuture<FullService>();
        client.getService(instance.id(), QueryOptions.BLANK, new ConsulResponseCallback<>() {
            @Override
            public void onComplete(ConsulResponse<FullService> response) {
                answer.complete(response.getResponse());
            }

            @Override
            public void onFailure(Throwable failure) {
                answer.completeExceptionally(failure);
            }
        });
        try {
            FullService service = answer.join();
            return service.getAddress().equals(instance.catalogueHost())
                    && service.getPort() == instance.address().port();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ConsulException refused && refused.getCode() == 404) {
                return false;
            }
            throw failed(e.getCause() == null ? e : e.getCause());
        }
    }

    @Override
    public void register(Instance instance) throws IOException {
        var registration = ImmutableRegistration.builder()
                .id(instance.id())
                .name(instance.name())
                .address(instance.catalogueHost())
                .port(instance.address().port())
                .tags(instance.tags())
                .meta(instance.meta())
                .check(check(instance))
                .build();
        int generation = agent.tokenGeneration();
        try {
            client.register(registration);
            registeredWith = generation;
        } catch (ConsulException e) {
            throw failed(e);
        }
    }

    private static Registration.RegCheck check(Instance instance) {
        HealthCheck check = instance.check();
        var common = ImmutableRegCheck.builder()
                .interval(check.interval().toMillis() + "ms")
                .timeout(check.timeout().toMillis() + "ms")
                .deregisterCriticalServiceAfter(check.deregisterAfter().toMillis() + "ms")
                .status("passing");
        return switch (check.protocol()) {
            case HTTP ->
                common.name("GET /health").http(instance.healthTarget()).build();
            case GRPC ->
                common.name("gRPC health").grpc(instance.healthTarget()).build();
        };
    }

    @Override
    public void deregister(String id) throws IOException {
        try {
            client.deregister(id);
        } catch (ConsulException e) {
            if (e.getCode() != 404) {
                throw failed(e);
            }
        }
    }

    private IOException failed(Throwable e) {
        String said = e instanceof ConsulException refused && refused.getCode() != 0
                ? " answered " + refused.getCode() + ": " + refusal(refused)
                : " cannot be reached: " + rootOf(e);
        return new IOException("Consul at " + address + said, e);
    }

    private static String refusal(ConsulException e) {
        return switch (e.getCode()) {
            case 401, 403 ->
                "its ACLs require a token with service:write (set CONSUL_HTTP_TOKEN or CONSUL_HTTP_TOKEN_FILE)";
            default -> AgentConnection.saidIn(e);
        };
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public void close() {
        agent.close();
    }
}
