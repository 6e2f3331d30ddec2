package dev.stringsvc.hotels.consul;

import com.orbitz.consul.ConsulException;
import com.orbitz.consul.HealthClient;
import com.orbitz.consul.model.ConsulResponse;
import com.orbitz.consul.model.health.ServiceHealth;
import com.orbitz.consul.option.ImmutableQueryOptions;
import dev.stringsvc.consul.AgentConnection;
import dev.stringsvc.consul.registration.Pace;
import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Label;
import dev.stringsvc.program.VitalThread;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches the healthy instances of one service by blocking queries: `GET
/// /v1/health/service/NAME?passing&index=…`, which Consul holds until there is something newer.
///
/// If the index falls, as after a restart of Consul, the next query has none; with the old one, Consul
/// could hold it although there is news. The same goes for the query after a failure. It retries for
/// ever.
final class ServiceWatch implements Discovery.Watch {
    /// How long Consul holds a query if nothing changes.
    static final Duration HOLD = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ServiceWatch.class);

    /// After each answer, so that a service whose instances change without end costs Consul little.
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final HealthClient consul;
    private final String service;
    private final Discovery.Listener listener;
    private final Pace pace = Pace.standard(RandomGenerator.getDefault());
    private final Thread thread;
    private volatile boolean closed;
    private Set<String> leftOut = Set.of();

    private ServiceWatch(HealthClient consul, String service, Discovery.Listener listener) {
        this.consul = consul;
        this.service = service;
        this.listener = listener;
        this.thread = VitalThread.virtual("consul " + service, () -> closed, this::run);
    }

    static ServiceWatch start(HealthClient consul, String service, Discovery.Listener listener) {
        var watch = new ServiceWatch(consul, service, listener);
        watch.thread.start();
        return watch;
    }

    private void run() {
        long index = 0;
        int failures = 0;
        try {
            while (!closed) {
                try {
                    ConsulResponse<List<ServiceHealth>> answer = ask(index);
                    long now = answer.getIndex().longValue();
                    boolean fell = now <= 0 || now < index;
                    index = fell ? 0 : now;
                    failures = 0;
                    tell(() -> listener.found(addresses(answer.getResponse())));
                    Thread.sleep(fell ? pace.afterFailure(1) : PAUSE);
                } catch (ConsulException e) {
                    index = 0;
                    tell(() -> listener.failed(reason(e)));
                    Thread.sleep(pace.afterFailure(++failures));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ConsulResponse<List<ServiceHealth>> ask(long index) {
        var options = ImmutableQueryOptions.builder();
        if (index > 0) {
            options.index(BigInteger.valueOf(index)).wait(HOLD.toSeconds() + "s");
        }
        try {
            ConsulResponse<List<ServiceHealth>> answer = consul.getHealthyServiceInstances(service, options.build());
            if (!answer.isKnownLeader()) {
                throw new ConsulException("Consul has no leader, so its answer may be old");
            }
            return answer;
        } catch (ConsulException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ConsulException("Consul's answer is not understood", e);
        }
    }

    private static String reason(ConsulException e) {
        if (e.getCode() != 0) {
            return "Consul answered " + e.getCode() + ": " + AgentConnection.saidIn(e);
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return e.getCause() == null ? String.valueOf(e.getMessage()) : "Consul cannot be asked: " + root;
    }

    private void tell(Runnable event) {
        if (closed) {
            return;
        }
        try {
            event.run();
        } catch (RuntimeException e) {
            LOG.error("{}: a listener failed", service, e);
        }
    }

    /// The address of each entry. An entry without a valid address is left out.
    private List<HostPort> addresses(List<ServiceHealth> entries) {
        var all = new ArrayList<HostPort>();
        var unusable = new HashSet<String>();
        for (ServiceHealth entry : entries) {
            String own = entry.getService().getAddress();
            String host = own.isEmpty() ? entry.getNode().getAddress() : own;
            try {
                all.add(new HostPort(host, entry.getService().getPort()));
            } catch (IllegalArgumentException e) {
                String id = entry.getService().getId();
                unusable.add(id);
                if (!leftOut.contains(id)) {
                    LOG.warn("{} is left out: {}", Label.of(id), e.getMessage());
                }
            }
        }
        leftOut = unusable;
        return all;
    }

    /// An interrupted virtual thread closes the socket on which it waits, which ends the query.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
