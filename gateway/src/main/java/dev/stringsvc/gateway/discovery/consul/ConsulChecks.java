package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Unhealthy;
import dev.stringsvc.program.Excerpt;
import dev.stringsvc.program.Label;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the checks of an instance and of its node. As for Consul's `passing` parameter, all of them must
/// pass; an instance without checks is healthy.
final class ConsulChecks {
    private static final String NODE_MAINTENANCE = "_node_maintenance";
    private static final String SERVICE_MAINTENANCE = "_service_maintenance";
    /// In characters, of a check's name and what it said.
    private static final int LONGEST = 200;

    private ConsulChecks() {}

    /// What keeps an instance from being healthy; empty if it is healthy.
    static Optional<Unhealthy> unhealthy(Instance.Key key, JsonNode checks) {
        @Nullable JsonNode worst = null;
        for (JsonNode check : checks) {
            if (rank(check) > (worst == null ? 0 : rank(worst))) {
                worst = check;
            }
        }
        return Optional.ofNullable(worst).map(check -> new Unhealthy(key, status(check), reason(check)));
    }

    private static int rank(JsonNode check) {
        if (isMaintenance(check)) {
            return 3;
        }
        return switch (check.path("Status").asText()) {
            case "passing" -> 0;
            case "warning" -> 1;
            default -> 2;
        };
    }

    private static boolean isMaintenance(JsonNode check) {
        String id = check.path("CheckID").asText();
        return !check.path("Status").asText().equals("passing")
                && (id.equals(NODE_MAINTENANCE) || id.startsWith(SERVICE_MAINTENANCE));
    }

    private static String status(JsonNode check) {
        if (isMaintenance(check)) {
            return "maintenance";
        }
        String status = check.path("Status").asText();
        return status.isEmpty() ? "unknown" : Label.of(status);
    }

    /// The check's name and the beginning of its output, in one line.
    private static String reason(JsonNode check) {
        String output = check.path(isMaintenance(check) ? "Notes" : "Output").asText();
        String line = output.strip().replaceAll("\\s+", " ");
        String name = isMaintenance(check) ? "" : check.path("Name").asText();
        String both = name.isEmpty() || line.isEmpty() ? name + line : name + ": " + line;
        return Label.printable(Excerpt.of(both, LONGEST));
    }
}
