package dev.stringsvc.tracing;

import dev.stringsvc.program.Environment;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Says by OpenTelemetry's variables if traces are on. Its SDK reads all of its variables itself, but is
/// loaded only if they are on.
public final class TraceVariables {
    private TraceVariables() {}

    /// True if an endpoint is named, and no other variable switches traces off.
    public static boolean on(Environment environment) {
        return !off(environment) && endpoint(environment).isPresent();
    }

    /// True if a variable switches traces off, whatever endpoint is named.
    public static boolean off(Environment environment) {
        return is(environment, "OTEL_SDK_DISABLED", "true") || is(environment, "OTEL_TRACES_EXPORTER", "none");
    }

    /// Where traces are sent.
    public static Optional<String> endpoint(Environment environment) {
        return environment
                .get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
                .or(() -> environment.get("OTEL_EXPORTER_OTLP_ENDPOINT"));
    }

    /// OpenTelemetry's variables by the names of its properties: `otel.service.name` for
    /// `OTEL_SERVICE_NAME`.
    static Map<String, String> properties(Environment environment) {
        return environment.variables().entrySet().stream()
                .filter(one ->
                        one.getKey().startsWith("OTEL_") && !one.getValue().isBlank())
                .collect(Collectors.toMap(
                        one -> one.getKey().toLowerCase(Locale.ROOT).replace('_', '.'), Map.Entry::getValue));
    }

    private static boolean is(Environment environment, String name, String value) {
        return environment.get(name).filter(value::equalsIgnoreCase).isPresent();
    }
}
