package dev.stringsvc.users.users;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.users.shared.Settings;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.URI;

/// Resolves targets such as `etcd:///notificator`.
final class EtcdNameResolvers extends NameResolverProvider {
    private static final String SCHEME = "etcd";
    private static final int USUAL_PRIORITY = 5;

    private final EtcdClient etcd;
    private final Settings settings;

    EtcdNameResolvers(EtcdClient etcd, Settings settings) {
        this.etcd = etcd;
        this.settings = settings;
    }

    /// The target that stands for all instances of a service.
    static String target(String service) {
        return SCHEME + ":///" + service;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
        String service = target.getPath().substring(1);
        return new EtcdNameResolver(etcd, service, settings.keysOf(service));
    }

    @Override
    public String getDefaultScheme() {
        return SCHEME;
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
