package dev.stringsvc.gateway.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes on only the instances that an [AddressPolicy] allows. The log names each other instance once,
/// as long as it stays listed.
public final class AddressFilter implements Instancer {
    private static final Logger LOG = LoggerFactory.getLogger(AddressFilter.class);
    /// The log names at most this many at once, so that thousands of such instances cannot fill it.
    private static final int NAMED = 10;

    private final String service;
    private final Instancer source;
    private final AddressPolicy policy;
    private Map<Instance.Key, String> refused = Map.of();

    public AddressFilter(String service, Instancer source, AddressPolicy policy) {
        this.service = service;
        this.source = source;
        this.policy = policy;
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        source.watch(event -> listener.accept(event.map(this::only)));
    }

    private List<Instance> only(List<Instance> instances) {
        List<Instance> allowed = new ArrayList<>(instances.size());
        Map<Instance.Key, String> now = new HashMap<>();
        List<String> news = new ArrayList<>();
        for (Instance instance : instances) {
            try {
                allowed.add(policy.allowed(instance));
            } catch (IllegalArgumentException e) {
                String reason = String.valueOf(e.getMessage());
                now.put(instance.key(), reason);
                if (!reason.equals(refused.get(instance.key()))) {
                    news.add(instance.id() + " is left out: " + reason);
                }
            }
        }
        refused = now;
        news.stream().limit(NAMED).forEach(one -> LOG.warn("{}: {}", service, one));
        if (news.size() > NAMED) {
            LOG.warn("{}: {} more instances are left out for their addresses", service, news.size() - NAMED);
        }
        return allowed;
    }

    @Override
    public void close() {
        source.close();
    }
}
