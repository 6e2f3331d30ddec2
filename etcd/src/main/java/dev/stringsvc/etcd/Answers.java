package dev.stringsvc.etcd;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The answers of the JSON gateway, as far as they are read. etcd leaves out what is zero or empty,
/// and writes 64-bit numbers as strings.
final class Answers {
    private Answers() {}

    record Header(long revision) {}

    record Listed(@Nullable Header header, @Nullable List<@Nullable Entry> kvs) {
        Range range() {
            return new Range(all(kvs).stream().map(Entry::keyValue).toList(), revisionOf(header));
        }
    }

    record Entry(
            @Nullable String key,
            @Nullable String value,
            @JsonProperty("mod_revision") long revision,
            long lease) {
        KeyValue keyValue() {
            return new KeyValue(decodedKey(), Keys.decode(Objects.requireNonNullElse(value, "")), revision, lease);
        }

        String decodedKey() {
            if (key == null) {
                throw new IllegalArgumentException("a key is missing");
            }
            return Keys.decode(key);
        }
    }

    record Written(@Nullable Header header) {
        long revision() {
            return revisionOf(header);
        }
    }

    record Granted(
            @JsonProperty("ID") long id,
            @JsonProperty("TTL") long ttl) {
        EtcdClient.Lease lease() {
            if (id == 0 || ttl <= 0) {
                throw new IllegalArgumentException("it grants no lease");
            }
            return new EtcdClient.Lease(id, Duration.ofSeconds(ttl));
        }
    }

    record Token(@Nullable String token) {
        String text() {
            return Objects.requireNonNullElse(token, "");
        }
    }

    record KeptAlive(@JsonProperty("TTL") long ttl) {
        Duration left() {
            return Duration.ofSeconds(Math.max(0, ttl));
        }
    }

    record Watched(
            @Nullable Header header,
            boolean created,
            boolean canceled,
            @JsonProperty("compact_revision") long compacted,
            @JsonProperty("cancel_reason") @Nullable String reason,
            @Nullable List<@Nullable Event> events) {
        long revision() {
            return revisionOf(header);
        }

        /// The message itself, if it names a revision.
        Watched withRevision() {
            long _ = revision();
            return this;
        }

        List<Event> all() {
            return Answers.all(events);
        }

        /// Why etcd ends the watch.
        String sentence() {
            return JsonGateway.line(Objects.requireNonNullElse(reason, "no reason given"));
        }
    }

    record Event(@Nullable String type, @Nullable Entry kv) {
        Entry entry() {
            if (kv == null) {
                throw new IllegalArgumentException("an event has no key");
            }
            return kv;
        }

        WatchResult.Change change() {
            return "DELETE".equals(type)
                    ? new WatchResult.Change.Deleted(entry().decodedKey())
                    : new WatchResult.Change.Put(entry().keyValue());
        }
    }

    private static long revisionOf(@Nullable Header header) {
        if (header == null || header.revision <= 0) {
            throw new IllegalArgumentException("it names no revision");
        }
        return header.revision;
    }

    private static <T> List<T> all(@Nullable List<@Nullable T> list) {
        if (list == null) {
            return List.of();
        }
        return list.stream()
                .map(element -> Objects.requireNonNullElseGet(element, () -> {
                    throw new IllegalArgumentException("an element of a list is null");
                }))
                .toList();
    }
}
