package dev.stringsvc.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.telemetry.Telemetry;
import dev.stringsvc.program.Secret;
import io.javalin.http.HandlerType;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Every path of the API is in `openapi.json`, and no other.
class OpenApiTest {
    /// The page is for people.
    private static final Set<String> PAGE = Set.of("GET /", "GET /page/{name}");

    @Test
    void every_path_is_described_and_no_other() throws Exception {
        Clock clock = Clock.systemUTC();
        try (var telemetry = new Telemetry(clock, false, Optional.empty())) {
            var api = new AdminApi(
                    () -> {
                        throw new IllegalStateException();
                    },
                    telemetry,
                    () -> false,
                    clock);
            Set<String> served = new TreeSet<>();
            var sessions = new Sessions(clock);
            var login = new LoginApi(new TokenCheck(Secret.NONE), sessions, new RefusalLog(clock));
            api.javalin(login, sessions).unsafe.internalRouter.allHttpHandlers().stream()
                    .filter(parsed -> !parsed.endpoint.method.equals(HandlerType.HEAD))
                    .forEach(parsed -> served.add(parsed.endpoint.method + " " + parsed.endpoint.path));
            served.removeAll(PAGE);
            assertThat(described()).isEqualTo(served);
        }
    }

    private static Set<String> described() throws Exception {
        try (InputStream in = AdminApi.class.getResourceAsStream("openapi.json")) {
            JsonNode description = Json.MAPPER.readTree(in);
            assertThat(description.path("openapi").asText()).startsWith("3.1.");
            Set<String> all = new TreeSet<>();
            description
                    .path("paths")
                    .properties()
                    .forEach(path -> path.getValue()
                            .fieldNames()
                            .forEachRemaining(method ->
                                    all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
            return all;
        }
    }
}
