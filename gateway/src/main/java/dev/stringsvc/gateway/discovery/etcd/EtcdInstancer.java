package dev.stringsvc.gateway.discovery.etcd;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.etcd.PrefixFollower;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.discovery.LeftOut;
import dev.stringsvc.gateway.discovery.LeftOutLog;
import dev.stringsvc.gateway.discovery.Pace;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches the instances of one service in etcd: the keys below the service's prefix.
///
/// [PrefixFollower] lists the keys and watches them from the listing's revision on. etcd sends each
/// change by itself, perhaps many in a second. So a second thread reports them at the rate that [Pace]
/// allows, and always the latest state: without that, the reports would fall behind.
public final class EtcdInstancer implements Instancer {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdInstancer.class);

    private final EtcdClient client;
    private final String service;
    private final String prefix;
    private final Pace pace;
    private final LatestNews news = new LatestNews();
    /// Used by the thread that reports.
    private final LeftOutLog leftOut;
    /// Held while the listener is called.
    private final ReentrantLock delivering = new ReentrantLock();

    private volatile boolean closed;
    private @Nullable PrefixFollower follower;
    private @Nullable Thread thread;

    /// @param prefix of the keys of all services, with its last slash
    public EtcdInstancer(EtcdClient client, String prefix, String service) {
        this(client, prefix, service, Pace.real());
    }

    EtcdInstancer(EtcdClient client, String prefix, String service, Pace pace) {
        this.client = client;
        this.service = service;
        this.prefix = prefix + service + "/";
        this.pace = pace;
        this.leftOut = new LeftOutLog(service);
    }

    @Override
    public synchronized void watch(Consumer<DiscoveryEvent> listener) {
        if (closed) {
            return;
        }
        follower = PrefixFollower.start(client, prefix, news);
        thread = VitalThread.virtual("report-" + service, () -> closed, () -> report(listener));
        thread.start();
    }

    private void report(Consumer<DiscoveryEvent> listener) {
        try {
            while (!closed) {
                news.await();
                pace.beforeNext();
                LatestNews.Told told = news.take();
                if (told.keys() != null) {
                    deliver(listener, snapshot(told.keys()));
                }
                if (told.failure() != null) {
                    deliver(listener, new DiscoveryEvent.Failure(told.failure()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private DiscoveryEvent.Snapshot snapshot(LatestNews.Keys keys) {
        List<Instance> instances = new ArrayList<>(keys.entries().size());
        List<LeftOut> unusable = new ArrayList<>();
        for (KeyValue entry : keys.entries()) {
            switch (EtcdEntry.read(prefix, entry)) {
                case EtcdEntry.Read.Usable(Instance instance) -> instances.add(instance);
                case EtcdEntry.Read.Unusable(LeftOut why) -> unusable.add(why);
            }
        }
        leftOut.heard(unusable);
        return new DiscoveryEvent.Snapshot(instances, keys.revision());
    }

    private void deliver(Consumer<DiscoveryEvent> listener, DiscoveryEvent event) {
        delivering.lock();
        try {
            if (!closed) {
                listener.accept(event);
            }
        } catch (Throwable e) {
            FailStop.check(service + ": a listener failed", e);
            LOG.error("{}: a listener failed; the watch goes on", service, e);
        } finally {
            delivering.unlock();
        }
    }

    /// Waits for a call of the listener, which is not called afterwards.
    @Override
    @SuppressWarnings("LockNotBeforeTry") // only waits for the lock
    public void close() {
        closed = true;
        end();
        delivering.lock();
        delivering.unlock();
    }

    private synchronized void end() {
        if (thread != null) {
            thread.interrupt();
        }
        if (follower != null) {
            follower.close();
        }
    }
}
