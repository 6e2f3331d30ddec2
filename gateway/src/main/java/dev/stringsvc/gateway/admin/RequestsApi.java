package dev.stringsvc.gateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.telemetry.RequestHistory;
import dev.stringsvc.gateway.telemetry.RequestHistory.Kept;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `/requests`: requests that failed, were retried or were slow. Thread-safe.
final class RequestsApi {
    private static final int MOST_LISTED = 1_000;
    private static final int USUALLY_LISTED = 100;
    private static final Set<String> PARAMETERS =
            Set.of("reason", "route", "service", "instance", "status", "path", "limit");

    private final RequestHistory history;

    RequestsApi(RequestHistory history) {
        this.history = history;
    }

    /// @param traceId absent if traces are off
    /// @param reason why it is kept: `failed`, `retried` or `slow`
    /// @param tookMillis until the last byte
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record RequestView(
            String requestId,
            @Nullable String traceId,
            String at,
            String reason,
            String method,
            String path,
            int status,
            double tookMillis,
            long bytes,
            @Nullable String route,
            @Nullable String service,
            @Nullable String grpcMethod,
            @Nullable String grpcStatus,
            @Nullable String error,
            List<AttemptView> attempts,
            List<RequestHistory.Candidate> candidates) {}

    /// @param afterMillis from the request's beginning to the attempt's
    /// @param delayMillis from the end of the attempt before to the beginning of this one; below zero if
    /// they ran at the same time
    private record AttemptView(
            String instance, String outcome, double afterMillis, double delayMillis, double tookMillis) {}

    private record RequestsView(List<RequestView> requests) {}

    /// `GET /requests/ID`
    void byId(Context ctx) throws IOException {
        List<Kept> found = history.byId(ctx.pathParam("id"));
        if (found.isEmpty()) {
            throw new Refusal(
                    404,
                    "No request with this id is kept. Only the last requests are that failed, took"
                            + " more than one attempt, or were among the slowest hundredth.");
        }
        Json.write(
                ctx, 200, new RequestsView(found.stream().map(RequestsApi::view).toList()));
    }

    /// `GET /requests`
    void list(Context ctx) throws IOException {
        for (String name : ctx.queryParamMap().keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw new Refusal(
                        400,
                        "There is no parameter '" + name + "'; there are reason, route, service,"
                                + " instance, status, path and limit.");
            }
        }
        Predicate<Kept> which = where(ctx, "reason", kept -> kept.reason().word())
                .and(where(ctx, "route", kept -> kept.exchange().route()))
                .and(where(ctx, "service", kept -> kept.exchange().service()))
                .and(where(
                        ctx, "status", kept -> Integer.toString(kept.exchange().status())))
                .and(where(ctx, "path", kept -> kept.exchange().path()));
        @Nullable String instance = ctx.queryParam("instance");
        if (instance != null) {
            which = which.and(kept -> kept.exchange().made().stream()
                    .anyMatch(attempt -> attempt.instance().equals(instance)));
        }
        List<Kept> found = history.find(which, limit(ctx.queryParam("limit")));
        Json.write(
                ctx, 200, new RequestsView(found.stream().map(RequestsApi::view).toList()));
    }

    private static Predicate<Kept> where(Context ctx, String name, Function<Kept, @Nullable String> value) {
        @Nullable String wanted = ctx.queryParam(name);
        return wanted == null ? kept -> true : kept -> wanted.equals(value.apply(kept));
    }

    private static int limit(@Nullable String text) {
        try {
            int limit = text == null ? USUALLY_LISTED : Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST_LISTED) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new Refusal(400, "limit: expected 1 to " + MOST_LISTED + ".");
    }

    private static RequestView view(Kept kept) {
        Exchange exchange = kept.exchange();
        Exchange.@Nullable Call call = exchange.call();
        return new RequestView(
                exchange.requestId(),
                exchange.traceId(),
                kept.at().toString(),
                kept.reason().word(),
                exchange.method(),
                exchange.path(),
                exchange.status(),
                millis(exchange.took()),
                exchange.bytes(),
                exchange.route(),
                exchange.service(),
                call == null ? null : call.method(),
                call == null ? null : call.status().name(),
                exchange.error(),
                attempts(exchange.made()),
                kept.candidates());
    }

    private static List<AttemptView> attempts(List<Exchange.Made> made) {
        List<AttemptView> views = new ArrayList<>(made.size());
        Duration before = Duration.ZERO;
        for (Exchange.Made attempt : made) {
            views.add(new AttemptView(
                    attempt.instance(),
                    attempt.outcome().get(),
                    millis(attempt.after()),
                    millis(attempt.after().minus(before)),
                    millis(attempt.took())));
            before = attempt.after().plus(attempt.took());
        }
        return views;
    }

    static double millis(Duration time) {
        return Math.round(time.toNanos() / 1_000.0) / 1_000.0;
    }
}
