package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.orbitz.consul.Consul;
import com.orbitz.consul.ConsulException;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.health.ServiceHealth;
import com.orbitz.consul.option.ImmutableQueryOptions;
import com.orbitz.consul.option.QueryOptions;
import com.orbitz.consul.util.Jackson;
import dev.stringsvc.consul.AgentConnection;
import dev.stringsvc.consul.ConsulAddress;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.FailStop;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Asks a Consul agent for healthy instances, and for all services. Thread-safe.
///
/// Source: `GET /v1/health/service/NAME?passing` and `GET /v1/catalog/services`, by the orbitz client.
public final class ConsulClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// In characters; some ten thousand instances.
    private static final long LONGEST_ANSWER = 16 << 20;
    /// More than the 10,000 that Consul itself reads, and what its answer puts around them.
    private static final int DEEPEST = 20_000;

    static {
        // the orbitz client's own: one entry that it does not like costs the whole answer, and it reads what never ends
        Jackson.MAPPER.addMixIn(ServiceHealth.class, ListedEntry.AsTree.class);
        Jackson.MAPPER.setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP));
        Jackson.MAPPER
                .getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(LONGEST_ANSWER)
                        // by default one longer name, or one deeper value, that anybody registers would cost the answer
                        .maxNameLength((int) LONGEST_ANSWER)
                        .maxNestingDepth(DEEPEST)
                        .build());
    }

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ConsulAddress address;
    private final Duration wait;
    private final Duration patience;
    private final AgentConnection agent;
    private final Consul consul;

    /// The client waits five seconds for a whole answer, longer by `wait` where the agent may hold it, and by the
    /// sixteenth of that which Consul may add.
    ///
    /// @param wait how long the agent may hold a query that has nothing new to say, in whole seconds
    public ConsulClient(ConsulSettings settings, Duration wait) {
        this(settings, wait, PATIENCE);
    }

    ConsulClient(ConsulSettings settings, Duration wait, Duration patience) {
        this.address = settings.address();
        this.wait = wait;
        this.patience = patience;
        this.agent = new AgentConnection(settings, new AgentConnection.Timeouts(CONNECT_TIMEOUT, longest()), executor);
        this.consul = agent.consul();
    }

    /// The time for an answer that the agent may hold back.
    private Duration longest() {
        return patience.plus(wait).plus(wait.dividedBy(16));
    }

    /// What one query brought.
    ///
    /// @param led whether a server answered that knows its cluster's leader; another's answer may be old
    record Answer<T>(T found, long index, boolean led) {}

    /// Asks once; with an index above 0 the agent answers when it has something newer, or after the wait.
    ///
    /// @param tags an instance must have all of them
    /// @throws QueryFailedException when there is no usable answer, or the thread was interrupted
    Answer<Listed> healthy(String service, List<String> tags, long index) throws QueryFailedException {
        return ask(
                index,
                ImmutableQueryOptions.builder().addAllTag(tags),
                options -> consul.healthClient().getHealthyServiceInstances(service, options),
                Listed::of);
    }

    /// Asks once for the services that have an instance, healthy or not, with the tags of their instances. These are
    /// sorted, so that what has not changed is equal: Consul lists them in any order.
    ///
    /// @param index as for [#healthy]
    /// @throws QueryFailedException when there is no usable answer, or the thread was interrupted
    Answer<Map<String, List<String>>> services(long index) throws QueryFailedException {
        return ask(
                index,
                ImmutableQueryOptions.builder(),
                options -> consul.catalogClient().getServices(options),
                ConsulClient::tags);
    }

    private <R, T> Answer<T> ask(
            long index,
            ImmutableQueryOptions.Builder options,
            Function<QueryOptions, ConsulResponse<R>> query,
            Function<R, T> read)
            throws QueryFailedException {
        if (index > 0) {
            options.index(BigInteger.valueOf(index)).wait(wait.toSeconds() + "s");
        }
        return within(index > 0 ? longest() : patience, () -> ask(() -> query.apply(options.build()), read));
    }

    /// Timeouts of the socket alone would let an agent send a byte now and then for ever.
    private <T> Answer<T> within(Duration limit, Callable<Answer<T>> query) throws QueryFailedException {
        try {
            Future<Answer<T>> asked = executor.submit(query);
            try {
                return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                asked.cancel(true); // closes the socket, where it still waits
            }
        } catch (ExecutionException e) {
            FailStop.check("asking Consul failed", e);
            throw e.getCause() instanceof QueryFailedException told
                    ? told
                    : new QueryFailedException(notUnderstood(rootOf(e)), e);
        } catch (TimeoutException e) {
            throw new QueryFailedException(
                    "Consul at " + address + " cannot be reached: no whole answer within " + limit.toMillis() + " ms",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryFailedException("interrupted", e);
        } catch (RejectedExecutionException e) {
            throw new QueryFailedException("closed", e);
        }
    }

    private <R, T> Answer<T> ask(Supplier<ConsulResponse<R>> query, Function<R, T> read) throws QueryFailedException {
        try {
            ConsulResponse<R> response = query.get();
            return new Answer<>(
                    read.apply(response.getResponse()), response.getIndex().longValueExact(), response.isKnownLeader());
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
                                || !(root instanceof IOException || root instanceof GeneralSecurityException)
                        ? notUnderstood(root)
                        : "Consul at " + address + " cannot be reached: " + root;
            case 403 ->
                "Consul at " + address
                        + " answered 403: the ACL token (CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE) must allow to read the service"
                        + " and its nodes";
            default -> "Consul at " + address + " answered " + e.getCode() + ": " + AgentConnection.saidIn(e);
        };
    }

    private String notUnderstood(Throwable e) {
        String why = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
        return "the answer of Consul at " + address + " is not understood: " + why;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static Map<String, List<String>> tags(@Nullable Map<String, List<String>> found) {
        if (found == null) {
            throw new IllegalArgumentException("expected services with their tags");
        }
        Map<String, List<String>> tags = new TreeMap<>();
        found.forEach((service, all) -> tags.put(service, all == null ? List.of() : sorted(all)));
        return tags;
    }

    private static List<String> sorted(List<String> tags) {
        return tags.stream().filter(Objects::nonNull).distinct().sorted().toList();
    }

    @Override
    public void close() {
        agent.close();
        executor.shutdownNow();
    }
}
