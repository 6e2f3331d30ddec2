package dev.stringsvc.service.http;

import dev.stringsvc.program.ProgramMeters;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/// Health and metrics. HEAD has routes of its own, because Javalin answers 200 to every other HEAD.
/// Thread-safe.
final class StatusApi {
    private final Intake intake;
    private final Meters meters;

    StatusApi(Intake intake, Meters meters) {
        this.intake = intake;
        this.meters = meters;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/health", this::health);
        routes.head("/health", this::health);
        routes.get("/metrics", this::metrics);
        routes.head("/metrics", this::metrics);
    }

    private void health(Context ctx) {
        boolean draining = intake.isDraining();
        ctx.status(draining ? 503 : 200);
        Json.answer(ctx, Json.CONTENT_TYPE, new Health(draining ? "draining" : "serving"));
    }

    private void metrics(Context ctx) {
        ProgramMeters.Page page = meters.scrape(ctx.header("Accept"));
        ctx.contentType(page.contentType()).header("Vary", "Accept").result(page.text());
    }

    private record Health(String status) {}
}
