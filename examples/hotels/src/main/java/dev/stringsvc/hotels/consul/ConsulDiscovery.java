package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.AgentConnection;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.examples.rpc.Discovery;
import java.time.Duration;
import java.util.concurrent.Executors;

/// The healthy instances that are registered in Consul. Thread-safe.
public final class ConsulDiscovery implements Discovery, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final AgentConnection agent;

    /// Does not connect yet.
    public ConsulDiscovery(ConsulSettings settings) {
        // Consul may hold a query for a sixteenth longer than it is asked to
        Duration silence = ANSWER.plus(ServiceWatch.HOLD).plus(ServiceWatch.HOLD.dividedBy(16));
        this.agent = new AgentConnection(
                settings, new AgentConnection.Timeouts(CONNECT, silence), Executors.newVirtualThreadPerTaskExecutor());
    }

    @Override
    public String name() {
        return "consul";
    }

    @Override
    public Watch watch(String service, Listener listener) {
        return ServiceWatch.start(agent.consul().healthClient(), service, listener);
    }

    @Override
    public void close() {
        agent.close();
    }
}
