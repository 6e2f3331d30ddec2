package dev.stringsvc.etcd;

import dev.stringsvc.etcd.EtcdException.Kind;
import dev.stringsvc.program.InputFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client of etcd. It connects with the first call. Each call blocks, with each endpoint for as
/// long as the limits say, and throws [EtcdException] if it fails. Every call may be repeated.
/// Thread-safe.
public final class EtcdClient implements AutoCloseable {
    private static final Json.Reader<Range> RANGE = Json.reader(Answers.Listed.class, Answers.Listed::range);
    private static final Json.Reader<Long> REVISION = Json.reader(Answers.Written.class, Answers.Written::revision);
    private static final Json.Reader<Lease> LEASE = Json.reader(Answers.Granted.class, Answers.Granted::lease);
    private static final Json.Reader<Duration> LEFT = Json.streamed(Answers.KeptAlive.class, Answers.KeptAlive::left);

    private static final Logger LOG = LoggerFactory.getLogger(EtcdClient.class);

    private final EtcdLimits limits;
    private final JsonGateway gateway;
    private final Tokens tokens;

    public EtcdClient(EtcdConfig config) {
        this(config, EtcdLimits.DEFAULT);
    }

    public EtcdClient(EtcdConfig config, EtcdLimits limits) {
        this.limits = limits;
        this.gateway = new JsonGateway(config, limits);
        this.tokens = new Tokens(gateway, config);
        warn(config);
    }

    private static void warn(EtcdConfig config) {
        String file = config.user().passwordFile();
        if (!file.isEmpty()) {
            InputFile.readableByAll(Path.of(file)).ifPresent(why -> LOG.warn("etcd's password file {}: {}", file, why));
        }
        if (!config.tls().verify() && config.endpoints().stream().anyMatch(EtcdEndpoint::tls)) {
            LOG.warn("etcd's certificates are not checked: anybody between may read the password and change the"
                    + " answers");
        }
    }

    EtcdLimits limits() {
        return limits;
    }

    /// All keys with this prefix.
    public Range range(String prefix) throws EtcdException {
        return call("/v3/kv/range", keysWith(prefix), RANGE);
    }

    /// One key; empty if there is none.
    public Optional<KeyValue> get(String key) throws EtcdException {
        return call("/v3/kv/range", Map.of("key", Keys.encode(key)), RANGE).entries().stream()
                .findFirst();
    }

    /// Writes a key.
    ///
    /// @param lease the id of the lease that the key depends on; 0 for none
    /// @return the store's revision with the key
    public long put(String key, String value, long lease) throws EtcdException {
        return call(
                "/v3/kv/put", Map.of("key", Keys.encode(key), "value", Keys.encode(value), "lease", lease), REVISION);
    }

    /// Deletes a key. It is no error if the key is not there.
    ///
    /// @return the store's revision without the key
    public long delete(String key) throws EtcdException {
        return call("/v3/kv/deleterange", Map.of("key", Keys.encode(key)), REVISION);
    }

    /// Watches all keys with this prefix. Returns once etcd has created the watch.
    ///
    /// @param from the first revision whose changes are wanted: that of [#range] plus 1
    public Watch watch(String prefix, long from) throws EtcdException {
        return new Watch(revision -> open(prefix, revision), limits, from - 1);
    }

    private WatchStream open(String prefix, long from) throws EtcdException {
        Map<String, ?> create =
                Map.of("key", Keys.rangeStart(prefix), "range_end", Keys.rangeEnd(prefix), "start_revision", from);
        return authorized(token -> WatchStream.open(gateway, create, token, limits));
    }

    /// Makes a lease, which ends unless it is kept alive.
    ///
    /// @param ttl how long it lasts; etcd may choose a longer time
    public Lease grant(Duration ttl) throws EtcdException {
        return call("/v3/lease/grant", Map.of("TTL", Math.max(1, ttl.toSeconds())), LEASE);
    }

    /// Starts a lease's time anew.
    ///
    /// @return how long it lasts now; zero if there is no such lease any more
    public Duration keepAlive(long lease) throws EtcdException {
        return call("/v3/lease/keepalive", Map.of("ID", lease), LEFT);
    }

    /// Ends a lease and deletes its keys. It is no error if there is no such lease.
    public void revoke(long lease) throws EtcdException {
        try {
            var _ = call("/v3/lease/revoke", Map.of("ID", lease), REVISION);
        } catch (EtcdException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /// A lease.
    ///
    /// @param ttl how long it lasts unless it is kept alive
    public record Lease(long id, Duration ttl) {}

    private static Map<String, String> keysWith(String prefix) {
        return Map.of("key", Keys.rangeStart(prefix), "range_end", Keys.rangeEnd(prefix));
    }

    private <T> T call(String path, Map<String, ?> request, Json.Reader<T> reader) throws EtcdException {
        return authorized(token -> gateway.call(path, request, reader, token));
    }

    @FunctionalInterface
    private interface Authorized<T> {
        T with(String token) throws EtcdException;
    }

    /// Tries once more with a new token if the one in use may be old. Some versions of etcd only say
    /// "permission denied" to a watch with an old token.
    private <T> T authorized(Authorized<T> call) throws EtcdException {
        String token = tokens.current();
        try {
            return call.with(token);
        } catch (EtcdException e) {
            boolean mayBeOld = e.kind() == Kind.UNAUTHENTICATED || e.kind() == Kind.DENIED;
            if (!mayBeOld || !tokens.replaces(token)) {
                throw e;
            }
            return call.with(tokens.current());
        }
    }

    /// Ends all calls and watches, and lets no new ones begin.
    @Override
    public void close() {
        gateway.close();
    }
}
