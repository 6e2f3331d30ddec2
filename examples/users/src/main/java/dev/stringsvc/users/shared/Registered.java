package dev.stringsvc.users.shared;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.LeasedKey;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A program's registration in etcd, from its start to the end of its grace.
public final class Registered {
    private static final Logger LOG = LoggerFactory.getLogger(Registered.class);

    private final Optional<LeasedKey> key;
    private final Settings settings;

    private Registered(Optional<LeasedKey> key, Settings settings) {
        this.key = key;
        this.settings = settings;
    }

    /// Starts to register, unless the settings say not to, and returns at once. etcd may be away.
    ///
    /// @param port the port that the program listens on
    public static Registered start(EtcdClient etcd, Settings settings, String service, int port) {
        var source = new Registration(settings, service, port);
        return new Registered(settings.lease().map(ttl -> LeasedKey.start(etcd, ttl, source)), settings);
    }

    /// Deregisters, and returns once callers have had the time to notice.
    public void end() throws InterruptedException {
        key.ifPresent(LeasedKey::close);
        if (settings.stop().grace().isPositive()) {
            LOG.info(
                    "serving on for {} ms, so that callers notice that it stops",
                    settings.stop().grace().toMillis());
            Thread.sleep(settings.stop().grace());
        }
    }
}
