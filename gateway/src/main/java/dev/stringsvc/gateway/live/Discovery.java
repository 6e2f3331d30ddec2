package dev.stringsvc.gateway.live;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.AddressFilter;
import dev.stringsvc.gateway.discovery.AddressPolicy;
import dev.stringsvc.gateway.discovery.FixedInstancer;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.discovery.MetaFilter;
import dev.stringsvc.gateway.discovery.ReservedPorts;
import dev.stringsvc.gateway.discovery.consul.ConsulCatalog;
import dev.stringsvc.gateway.discovery.consul.ConsulClient;
import dev.stringsvc.gateway.discovery.consul.ConsulInstancer;
import dev.stringsvc.gateway.discovery.etcd.EtcdInstancer;
import dev.stringsvc.gateway.discovery.lastgood.LastGood;
import dev.stringsvc.gateway.discovery.lastgood.Owner;
import dev.stringsvc.gateway.tags.TagOwners;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Finds the instances of services in the configuration, Consul and etcd. A registry's client, and the file
/// of the last known instances, are opened when the first service needs them. Thread-safe.
public final class Discovery implements AutoCloseable {
    private final GatewayConfig config;
    private final AddressPolicy inConsul;
    private final Optional<AddressPolicy> inEtcd;
    private final InstantSource clock;
    private final Lazy<ConsulClient> consul;
    private final Lazy<EtcdClient> etcd;
    private final Lazy<Optional<LastGood>> lastGood;

    /// @param reserved where no instance of a registry may be
    public Discovery(GatewayConfig config, Registries registries, ReservedPorts reserved, InstantSource clock) {
        this.config = config;
        this.inConsul = new AddressPolicy(config.consul().addresses(), reserved, registries.addressOfConsul());
        this.inEtcd = registries
                .etcd()
                .map(at -> new AddressPolicy(config.etcd().addresses(), reserved, Registries.addressOf(at)));
        this.clock = clock;
        this.consul = new Lazy<>(
                () -> new ConsulClient(registries.consul(), config.consul().waitTime()));
        this.etcd = new Lazy<>(() -> new EtcdClient(registries.etcd().orElseThrow()));
        this.lastGood = new Lazy<>(() -> config.consul()
                .lastGoodFile()
                .map(file -> LastGood.open(file, config.consul().lastGoodAge(), clock)));
    }

    /// What is opened when it is needed first.
    private static final class Lazy<T> {
        private final Supplier<T> open;
        private @Nullable T value;

        Lazy(Supplier<T> open) {
            this.open = open;
        }

        synchronized T get() {
            if (value == null) {
                value = open.get();
            }
            return value;
        }

        synchronized void ifOpen(Consumer<T> action) {
            if (value != null) {
                action.accept(value);
            }
        }
    }

    /// Where the instances of a service may be; empty for anywhere.
    public Optional<AddressPolicy> addresses(GatewayConfig.Service definition) {
        return switch (definition.source()) {
            case CONFIGURATION -> Optional.empty();
            case CONSUL -> Optional.of(inConsul);
            case ETCD -> inEtcd;
        };
    }

    /// Watches a service as it is defined. The caller closes it.
    Instancer instancer(String service, GatewayConfig.Service definition) {
        return switch (definition.source()) {
            case CONFIGURATION ->
                new FixedInstancer(definition.instances().stream()
                        .map(at -> Instance.of(at.toString(), at.host(), at.port()))
                        .toList());
            case CONSUL ->
                registered(
                        service, definition, new ConsulInstancer(consul.get(), service, definition.tags()), inConsul);
            case ETCD ->
                registered(
                        service,
                        definition,
                        new EtcdInstancer(etcd.get(), config.etcd().prefix(), service),
                        inEtcd.orElseThrow());
        };
    }

    private Instancer registered(
            String service, GatewayConfig.Service definition, Instancer registry, AddressPolicy policy) {
        Instancer source = lastGood.get()
                .<Instancer>map(file -> file.over(registry, service, asked(definition)))
                .orElse(registry);
        var allowed = new AddressFilter(service, source, policy);
        return definition.meta().isEmpty() ? allowed : new MetaFilter(allowed, definition.meta());
    }

    /// Saves the instances that are in use after an answer for a service, so that the next start can use them.
    void answered(String service, GatewayConfig.Service definition, List<Instance> inUse) {
        if (definition.source() != GatewayConfig.Source.CONFIGURATION) {
            lastGood.get().ifPresent(file -> file.keep(service, asked(definition), inUse));
        }
    }

    /// What instances must have, and where in etcd they are. The saved instances are only valid for the same.
    private List<String> asked(GatewayConfig.Service definition) {
        List<String> asked = new ArrayList<>(definition.tags());
        definition.meta().forEach((key, value) -> asked.add(key + "=" + value));
        if (definition.source() == GatewayConfig.Source.ETCD) {
            asked.add("etcd:" + config.etcd().prefix());
        }
        return asked;
    }

    /// Watches the services there are. The caller closes it.
    public ConsulCatalog catalog() {
        return new ConsulCatalog(consul.get());
    }

    /// The tags that services' instances had when Consul last said so, in a run before this.
    public Map<String, List<String>> rememberedTags() {
        return lastGood.get().map(LastGood::tags).orElse(Map.of());
    }

    /// Who has which route by tags, from a run before this too where there is a file for it.
    ///
    /// @param hold how long nobody gets what a service had that is gone
    public TagOwners owners(Duration hold) {
        Optional<LastGood> file = config.consul().routes() ? lastGood.get() : Optional.empty();
        return file.map(found -> new TagOwners(stored(found), config.consul().lastGoodAge(), hold, clock))
                .orElseGet(() -> TagOwners.forgetful(hold, clock));
    }

    private static TagOwners.Store stored(LastGood file) {
        return new TagOwners.Store() {
            @Override
            public List<TagOwners.Owner> read() {
                return file.owners().stream()
                        .map(one -> new TagOwners.Owner(one.service(), one.claim(), one.since(), one.until()))
                        .toList();
            }

            @Override
            public void keep(List<TagOwners.Owner> owners) {
                file.keepOwners(owners.stream()
                        .map(one -> new Owner(one.service(), one.claim(), one.since(), one.until()))
                        .toList());
            }
        };
    }

    @Override
    public void close() {
        lastGood.ifOpen(file -> file.ifPresent(LastGood::close));
        consul.ifOpen(ConsulClient::close);
        etcd.ifOpen(EtcdClient::close);
    }
}
