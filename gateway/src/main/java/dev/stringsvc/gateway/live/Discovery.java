package dev.stringsvc.gateway.live;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.AddressFilter;
import dev.stringsvc.gateway.discovery.AddressPolicy;
import dev.stringsvc.gateway.discovery.FixedInstancer;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.discovery.MetaFilter;
import dev.stringsvc.gateway.discovery.consul.ConsulCatalog;
import dev.stringsvc.gateway.discovery.consul.ConsulClient;
import dev.stringsvc.gateway.discovery.consul.ConsulInstancer;
import dev.stringsvc.gateway.discovery.lastgood.LastGood;
import dev.stringsvc.gateway.discovery.lastgood.Owner;
import dev.stringsvc.gateway.tags.TagOwners;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who says which instances there are. Consul's client, and the file of what it said last, are there from when the
/// first service needs them. Thread-safe.
public final class Discovery implements AutoCloseable {
    private final GatewayConfig.Consul config;
    private final ConsulSettings settings;
    private final AddressPolicy addresses;
    private final InstantSource clock;
    private @Nullable Consul consul;

    /// The client, and what is kept of its answers.
    private record Consul(ConsulClient client, Optional<LastGood> lastGood) {}

    /// @param addresses where the instances may be that are not fixed
    public Discovery(
            GatewayConfig.Consul config, ConsulSettings settings, AddressPolicy addresses, InstantSource clock) {
        this.addresses = addresses;
        this.config = config;
        this.settings = settings;
        this.clock = clock;
    }

    private synchronized Consul consul() {
        if (consul == null) {
            var client = new ConsulClient(settings, config.waitTime());
            consul = new Consul(
                    client, config.lastGoodFile().map(file -> LastGood.open(file, config.lastGoodAge(), clock)));
        }
        return consul;
    }

    /// Watches a service as it is defined. The caller closes it.
    Instancer instancer(String service, GatewayConfig.Service definition) {
        if (definition.isFixed()) {
            return new FixedInstancer(definition.instances().stream()
                    .map(at -> Instance.of(at.toString(), at.host(), at.port()))
                    .toList());
        }
        List<String> tags = definition.tags();
        var instancer = new ConsulInstancer(consul().client(), service, tags);
        Instancer source = consul().lastGood()
                .<Instancer>map(file -> file.over(instancer, service, asked(definition)))
                .orElse(instancer);
        var allowed = new AddressFilter(service, source, addresses);
        return definition.meta().isEmpty() ? allowed : new MetaFilter(allowed, definition.meta());
    }

    /// Saves the instances that are in use after an answer for a service, so that the next start can use them.
    void answered(String service, GatewayConfig.Service definition, List<Instance> inUse) {
        if (!definition.isFixed()) {
            consul().lastGood().ifPresent(file -> file.keep(service, asked(definition), inUse));
        }
    }

    /// What instances must have, meta too: what was kept holds for the same only.
    private static List<String> asked(GatewayConfig.Service definition) {
        return Stream.concat(
                        definition.tags().stream(),
                        definition.meta().entrySet().stream().map(meta -> meta.getKey() + "=" + meta.getValue()))
                .toList();
    }

    /// Watches the services there are. The caller closes it.
    public ConsulCatalog catalog() {
        return new ConsulCatalog(consul().client());
    }

    /// The tags that services' instances had when Consul last said so, in a run before this.
    public Map<String, List<String>> rememberedTags() {
        return consul().lastGood().map(LastGood::tags).orElse(Map.of());
    }

    /// Who has which route by tags, from a run before this too where there is a file for it.
    ///
    /// @param hold how long nobody gets what a service had that is gone
    public TagOwners owners(Duration hold) {
        Optional<LastGood> lastGood = config.routes() ? consul().lastGood() : Optional.empty();
        return lastGood.map(file -> new TagOwners(stored(file), config.lastGoodAge(), hold, clock))
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
    public synchronized void close() {
        if (consul != null) {
            consul.lastGood().ifPresent(LastGood::close);
            consul.client().close();
        }
    }
}
