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

/// Queries a Consul agent for the instances of a service, and for all services. Thread-safe.
///
/// It sends `GET /v1/health/service/NAME` and `GET /v1/catalog/services`, with the orbitz
/// client.
public final class ConsulClient implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    /// The longest answer, in characters: about ten thousand instances.
    private static final long MAX_ANSWER = 16 << 20;
    /// The deepest nesting of JSON: more than the 10,000 levels that Consul itself reads.
    private static final int MAX_NESTING = 20_000;

    static {
        // by default, one invalid entry or an endless answer breaks the orbitz client
        Jackson.MAPPER.addMixIn(ServiceHealth.class, ListedEntry.AsTree.class);
        Jackson.MAPPER.setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP));
        Jackson.MAPPER
                .getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(MAX_ANSWER)
                        // by default, one long name or deep value that is registered makes the answer fail
                        .maxNameLength((int) MAX_ANSWER)
                        .maxNestingDepth(MAX_NESTING)
                        .build());
    }

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ConsulAddress address;
    private final Duration wait;
    private final Duration answerTimeout;
    private final AgentConnection agent;
    private final Consul consul;

    /// The client waits five seconds for a whole answer. If the agent may hold the query, it waits for
    /// `wait` and a sixteenth of it longer, as much as Consul may add.
    ///
    /// @param wait how long the agent may hold a query while there is nothing new, in whole seconds
    public ConsulClient(ConsulSettings settings, Duration wait) {
        this(settings, wait, ANSWER_TIMEOUT);
    }

    ConsulClient(ConsulSettings settings, Duration wait, Duration answerTimeout) {
        this.address = settings.address();
        this.wait = wait;
        this.answerTimeout = answerTimeout;
        this.agent = new AgentConnection(settings, new AgentConnection.Timeouts(CONNECT_TIMEOUT, longest()), executor);
        this.consul = agent.consul();
    }

    /// The longest time for the answer to a query that the agent may hold.
    private Duration longest() {
        return answerTimeout.plus(wait).plus(wait.dividedBy(16));
    }

    /// The answer to one query.
    ///
    /// @param led true if the server that answered has a leader; otherwise the answer may be old
    record Answer<T>(T found, long index, boolean led) {}

    /// Queries the instances of a service, healthy or not. With an index above 0 the agent answers when there is
    /// something newer, or after the wait.
    ///
    /// @param tags that an instance must have, all of them
    /// @throws QueryFailedException if there is no valid answer, or the thread was interrupted
    Answer<Listed> instances(String service, List<String> tags, long index) throws QueryFailedException {
        return ask(
                index,
                ImmutableQueryOptions.builder().addAllTag(tags),
                options -> consul.healthClient().getAllServiceInstances(service, options),
                Listed::of);
    }

    /// Queries the services that have an instance, healthy or not, with the tags of their instances. The
    /// tags are sorted, since Consul lists them in any order, so that unchanged answers are equal.
    ///
    /// @param index as for [#instances]
    /// @throws QueryFailedException if there is no valid answer, or the thread was interrupted
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
        return within(index > 0 ? longest() : answerTimeout, () -> ask(() -> query.apply(options.build()), read));
    }

    /// Limits the time for the whole answer. With the socket's timeouts alone, an agent could send a
    /// byte now and then without end.
    private <T> Answer<T> within(Duration limit, Callable<Answer<T>> query) throws QueryFailedException {
        try {
            Future<Answer<T>> asked = executor.submit(query);
            try {
                return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                asked.cancel(true); // closes the socket, if the query still waits
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
