package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.program.Excerpt;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The last thousand requests that failed, took more than one attempt, or were among the slowest hundredth
/// of their minute. It keeps no bodies, header values and queries. Requests that reached no instance have
/// room of their own, so that a client that is refused again and again does not push the others out.
/// Thread-safe; adding takes no lock.
public final class RequestHistory implements Exchange.Listener {
    private static final int MOST_ATTEMPTED = 800;
    private static final int MOST_UNATTEMPTED = 200;
    /// The most instances that are noted for one request.
    static final int MOST_CANDIDATES = 50;
    /// In characters.
    private static final int LONGEST_TEXT = 500;

    private final Clock clock;
    private final Function<String, List<Candidate>> candidates;
    private final SlowestRequests slowest = new SlowestRequests();
    private final Ring attempted = new Ring(MOST_ATTEMPTED);
    private final Ring unattempted = new Ring(MOST_UNATTEMPTED);

    /// A request that is kept.
    ///
    /// @param at when it was over
    /// @param exchange with long texts cut
    /// @param candidates the service's instances at that time; none if no instance was tried
    public record Kept(Instant at, Reason reason, Exchange exchange, List<Candidate> candidates) {}

    /// Why a request is kept.
    public enum Reason {
        FAILED,
        RETRIED,
        SLOW;

        /// As the admin port writes it, for example `failed`.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// An instance that could have served a request.
    ///
    /// @param state for example `active`
    public record Candidate(String instance, String state, int inFlight) {}

    /// @param candidates the instances of a service
    RequestHistory(Clock clock, Function<String, List<Candidate>> candidates) {
        this.clock = clock;
        this.candidates = candidates;
    }

    @Override
    public void finished(Exchange exchange) {
        @Nullable Reason reason = reason(exchange);
        if (reason == null) {
            return;
        }
        // a request that reached no instance costs its client next to nothing, so it must cost little here too
        if (exchange.attempts() == 0) {
            unattempted.add(new Kept(clock.instant(), reason, excerpt(exchange), List.of()));
        } else {
            List<Candidate> instances = exchange.service() == null ? List.of() : candidates.apply(exchange.service());
            attempted.add(new Kept(clock.instant(), reason, excerpt(exchange), instances));
        }
    }

    private @Nullable Reason reason(Exchange exchange) {
        // a WebSocket is not slow because it lasts
        boolean slow = exchange.attempts() > 0
                && exchange.status() != 101
                && slowest.isAmong(exchange.took().toNanos(), clock.millis());
        if (exchange.failed()) {
            return Reason.FAILED;
        }
        if (exchange.attempts() > 1) {
            return Reason.RETRIED;
        }
        return slow ? Reason.SLOW : null;
    }

    /// What is kept of a request. Clients and instances choose most of its texts, and how long they are.
    private static Exchange excerpt(Exchange exchange) {
        Exchange.@Nullable Call call = exchange.call();
        return new Exchange(
                excerpt(exchange.method()),
                excerpt(exchange.path()),
                exchange.status(),
                exchange.bytes(),
                exchange.took(),
                exchange.route(),
                exchange.service(),
                exchange.made().stream().map(RequestHistory::excerpt).toList(),
                exchange.requestId(),
                exchange.error() == null ? null : excerpt(exchange.error()),
                call == null ? null : new Exchange.Call(excerpt(call.method()), call.status()),
                exchange.trace());
    }

    private static Exchange.Made excerpt(Exchange.Made attempt) {
        String outcome = excerpt(attempt.outcome().get());
        return new Exchange.Made(attempt.instance(), () -> outcome, attempt.failed(), attempt.after(), attempt.took());
    }

    private static String excerpt(String text) {
        return Excerpt.of(text, LONGEST_TEXT);
    }

    /// The requests with this id, the last first. There may be several, since clients choose ids.
    public List<Kept> byId(String id) {
        return find(kept -> kept.exchange().requestId().equals(id), Integer.MAX_VALUE);
    }

    /// The last requests that match, the last first.
    ///
    /// @param most how many at most
    public List<Kept> find(Predicate<Kept> which, int most) {
        return Stream.concat(attempted.all().stream(), unattempted.all().stream())
                .filter(which)
                .sorted(Comparator.comparing(Kept::at).reversed())
                .limit(most)
                .toList();
    }

    /// The last few of what was added.
    private static final class Ring {
        private final AtomicReferenceArray<@Nullable Kept> slots;
        private final AtomicLong next = new AtomicLong();

        Ring(int size) {
            slots = new AtomicReferenceArray<>(size);
        }

        void add(Kept kept) {
            slots.set((int) (next.getAndIncrement() % slots.length()), kept);
        }

        List<Kept> all() {
            List<Kept> all = new ArrayList<>();
            for (int i = 0; i < slots.length(); i++) {
                @Nullable Kept kept = slots.get(i);
                if (kept != null) {
                    all.add(kept);
                }
            }
            return all;
        }
    }
}
