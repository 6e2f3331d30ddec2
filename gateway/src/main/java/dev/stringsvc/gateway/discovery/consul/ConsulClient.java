package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.health.ServiceHealth;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.QueryOptions;
import dev.stringsvc.gateway.discovery.Instance;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks a Consul agent for healthy instances. Thread-safe.
///
/// Source: `GET /v1/health/service/NAME?passing`, by the orbitz client.
public final class ConsulClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsulClient.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final String url;
    private final Duration wait;
    private final Consul consul;

    /// The client itself waits for the agent a sixteenth of `wait` (which Consul may add) and two seconds longer.
    ///
    /// @param url `http://host:port` or `https://host:port`
    /// @param token the ACL token, where there is one
    /// @param wait how long the agent may hold a query that has nothing new to say, in whole seconds
    public ConsulClient(String url, Optional<String> token, Duration wait) {
        this.url = url;
        this.wait = wait;
        var builder = Consul.builder()
                .withUrl(url)
                .withPing(false)
                .withExecutorService(executor)
                .withConnectTimeoutMillis(CONNECT_TIMEOUT.toMillis())
                .withReadTimeoutMillis(READ_TIMEOUT.toMillis());
        token.ifPresent(builder::withTokenAuth);
        this.consul = builder.build();
    }

    /// What one query brought.
    record Answer(List<Instance> instances, long index) {}

    /// Asks once; with an index above 0 the agent answers when it has something newer, or after the wait.
    ///
    /// @param tags an instance must have all of them
    /// @throws QueryFailedException when there is no usable answer, or the thread was interrupted
    Answer healthy(String service, List<String> tags, long index) throws QueryFailedException {
        var options = ImmutableQueryOptions.builder().addAllTag(tags);
        if (index > 0) {
            options.index(BigInteger.valueOf(index)).wait(wait.toSeconds() + "s");
        }
        return ask(service, options.build());
    }

    private Answer ask(String service, QueryOptions options) throws QueryFailedException {
        try {
            ConsulResponse<List<ServiceHealth>> response =
                    consul.healthClient().getHealthyServiceInstances(service, options);
            return new Answer(
                    instances(response.getResponse()), response.getIndex().longValueExact());
        } catch (ConsulException e) {
            throw new QueryFailedException(reason(e), e);
        } catch (RuntimeException e) {
            throw new QueryFailedException(notUnderstood(e), e);
        }
    }

    private String reason(ConsulException e) {
        Throwable root = rootOf(e);
        return switch (e.getCode()) {
            case 0 ->
                root instanceof JsonProcessingException
                        ? notUnderstood(root)
                        : "Consul at " + url + " cannot be reached: " + root;
            case 403 ->
                "Consul at " + url + " answered 403: the ACL token (CONSUL_HTTP_TOKEN) must allow to read the service"
                        + " and its nodes";
            default -> "Consul at " + url + " answered " + e.getCode();
        };
    }

    private String notUnderstood(Throwable e) {
        return "the answer of Consul at " + url + " is not understood: " + e;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static List<Instance> instances(List<ServiceHealth> found) {
        List<Instance> instances = new ArrayList<>(found.size());
        for (ServiceHealth health : found) {
            var service = health.getService();
            String host = service.getAddress().isEmpty() ? health.getNode().getAddress() : service.getAddress();
            try {
                instances.add(
                        new Instance(service.getId(), host, service.getPort(), service.getTags(), service.getMeta()));
            } catch (IllegalArgumentException e) {
                LOG.warn("leaving out an instance that Consul lists: {}", e.getMessage());
            }
        }
        return instances;
    }

    @Override
    public void close() {
        consul.destroy();
        executor.shutdownNow();
    }
}
