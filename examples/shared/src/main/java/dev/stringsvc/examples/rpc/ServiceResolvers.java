package dev.stringsvc.examples.rpc;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.URI;

/// Resolves targets such as `etcd:///notificator`.
final class ServiceResolvers extends NameResolverProvider {
    private static final int USUAL_PRIORITY = 5;

    private final Discovery discovery;

    ServiceResolvers(Discovery discovery) {
        this.discovery = discovery;
    }

    /// The target that stands for all instances of a service.
    String target(String service) {
        return discovery.name() + ":///" + service;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        return new ServiceResolver(discovery, target.getPath().substring(1));
    }

    @Override
    public String getDefaultScheme() {
        return discovery.name();
    }

    @Override
    protected boolean isAvailable() {
        return true;
    }

    @Override
    protected int priority() {
        return USUAL_PRIORITY;
    }
}
