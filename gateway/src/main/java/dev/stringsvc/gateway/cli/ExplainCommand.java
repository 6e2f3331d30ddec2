package dev.stringsvc.gateway.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Label;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gateway explain`: asks a running gateway what would become of a request, or what became of one.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Asks a running gateway what would become of a request, without sending it; or, with --request-id, what became"
                    + " of one that failed, was retried or was slow.",
            "",
            "For example: gateway explain POST http://localhost:8080/stringsvc/uppercase",
            ""
        },
        footer = {
            "",
            "GATEWAY_ADMIN_TOKEN or GATEWAY_ADMIN_TOKEN_FILE gives the admin port's token, if it asks for one.",
            "",
            "Exit codes: 0, 1 the gateway cannot be asked or knows no such request, 2 a flag is not valid."
        })
public final class ExplainCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int FAILED = 1;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "METHOD URL",
            arity = "0..2",
            description = "The request, such as GET http://api.example.com/users/7; GET where there is only a URL.")
    private List<String> request = new ArrayList<>();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header of that request; may be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--client", paramLabel = "ADDRESS", description = "The address that the request would come from.")
    private @Nullable String client;

    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = "The X-Request-Id of a request that is over, as in its answer and in the log.")
    private @Nullable String requestId;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "The gateway's admin port, or its URL. GATEWAY_ADMIN, default 127.0.0.1:8081",
            defaultValue = "${env:GATEWAY_ADMIN:-127.0.0.1:8081}")
    private String admin = "127.0.0.1:8081";

    @Option(names = "--json", description = "Prints the gateway's answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if ((requestId == null) == request.isEmpty()) {
            throw new ParameterException(commandLine(), "expected METHOD URL or --request-id ID");
        }
        PrintWriter out = commandLine().getOut();
        try {
            JsonNode answer = requestId == null ? ask() : look(requestId);
            if (json) {
                out.println(answer.toPrettyString());
            } else if (requestId == null) {
                printPlan(answer, out);
            } else {
                answer.path("requests").forEach(one -> printPast(one, out));
            }
            return 0;
        } catch (NotTold e) {
            commandLine().getErr().println("gateway: " + e.getMessage());
            return FAILED;
        } finally {
            out.flush();
            commandLine().getErr().flush();
        }
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /// The gateway did not answer as asked; the message says why.
    private static final class NotTold extends Exception {
        private static final long serialVersionUID = 1;

        NotTold(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private JsonNode ask() throws NotTold, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("method", request.size() == 1 ? "GET" : request.getFirst().toUpperCase(Locale.ROOT));
        body.put("url", request.getLast());
        headers.forEach(body.putArray("headers")::add);
        if (client != null) {
            body.put("client", client);
        }
        return send(HttpRequest.newBuilder(at("/explain"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private JsonNode look(String id) throws NotTold, InterruptedException {
        return send(HttpRequest.newBuilder(
                at("/requests/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20"))));
    }

    private URI at(String path) {
        String base = admin.contains("://") ? admin : "http://" + admin;
        try {
            return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), "--admin: expected HOST:PORT or a URL, got '" + admin + "'", e);
        }
    }

    private JsonNode send(HttpRequest.Builder request) throws NotTold, InterruptedException {
        try (var http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            token(Environment.ofProcess()).ifPresent(token -> request.header("Authorization", "Bearer " + token));
            var answer = http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            JsonNode told = JSON.readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new NotTold(
                        Label.printable(told.path("detail").asText("the gateway answered " + answer.statusCode())),
                        null);
            }
            return told;
        } catch (JsonProcessingException e) {
            throw new NotTold("what answers at " + admin + " is not a gateway's admin port", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new NotTold("the admin port at " + admin + " cannot be reached; --admin names another: " + e, e);
        }
    }

    /// The token, from the variables that give it to the gateway.
    private static Optional<String> token(Environment environment) throws NotTold {
        @Nullable String file = environment.get(Flags.ADMIN_TOKEN_FILE).orElse(null);
        try {
            Optional<String> token = file == null
                    ? environment.get(Flags.ADMIN_TOKEN)
                    : Optional.of(Files.readString(Path.of(file)).strip());
            if (token.stream().flatMapToInt(String::chars).anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new NotTold("the admin port's token holds a character that no token has", null);
            }
            return token;
        } catch (IOException | InvalidPathException e) {
            throw new NotTold(Flags.ADMIN_TOKEN_FILE + ": " + file + " cannot be read: " + e, e);
        }
    }

    private static void printPlan(JsonNode plan, PrintWriter out) {
        out.println(text(plan, "request"));
        if (plan.has("answer")) {
            out.println("the gateway itself would answer " + text(plan, "answer"));
        }
        out.println();
        List<List<String>> routes = new ArrayList<>();
        plan.path("routes")
                .forEach(route -> routes.add(List.of(
                        route.path("taken").asBoolean() ? "=>" : "",
                        text(route, "route"),
                        text(route, "takes"),
                        route.path("taken").asBoolean() ? "takes it" : "no: " + text(route, "why"))));
        Columns.print(routes, out);
        if (plan.has("more")) {
            out.println("and " + text(plan, "more"));
        }
        JsonNode forwarded = plan.path("forwarded");
        if (forwarded.isObject()) {
            printForwarded(forwarded, out);
        }
    }

    private static void printForwarded(JsonNode forwarded, PrintWriter out) {
        out.println();
        out.printf(
                "service %s is asked for %s within %d ms, in up to %d attempts (balancer: %s)%n",
                text(forwarded, "service"),
                text(forwarded, "path"),
                forwarded.path("deadlineMillis").asLong(),
                forwarded.path("attempts").asInt(),
                text(forwarded, "balancer"));
        out.printf(
                "sent again: %s (the budget allows %d retries now)%n",
                text(forwarded, "retry"), forwarded.path("retriesLeft").asLong());
        out.println();
        List<List<String>> instances = new ArrayList<>();
        forwarded
                .path("instances")
                .forEach(one -> instances.add(List.of(
                        text(one, "use").equals("next") ? "=>" : "",
                        text(one, "instance"),
                        text(one, "use"),
                        text(one, "why"))));
        if (instances.isEmpty()) {
            out.println("the service has no instance");
        }
        Columns.print(instances, out);
    }

    private static void printPast(JsonNode past, PrintWriter out) {
        out.printf("%s %s %s%n", text(past, "at"), text(past, "method"), text(past, "path"));
        out.printf(
                "answered %d after %s ms, %d bytes; kept because it %s%n",
                past.path("status").asInt(),
                text(past, "tookMillis"),
                past.path("bytes").asLong(),
                switch (text(past, "reason")) {
                    case "failed" -> "failed";
                    case "retried" -> "took more than one attempt";
                    default -> "was among the slowest hundredth";
                });
        if (past.has("traceId")) {
            out.println("trace: " + text(past, "traceId"));
        }
        if (past.has("grpcMethod")) {
            out.printf("gRPC %s: %s%n", text(past, "grpcMethod"), text(past, "grpcStatus"));
        }
        if (past.has("error")) {
            out.println("why: " + text(past, "error"));
        }
        out.println(
                past.has("route")
                        ? "route " + text(past, "route")
                                + (past.has("service") ? ", service " + text(past, "service") : "")
                        : "no route took it");
        List<List<String>> attempts = new ArrayList<>();
        past.path("attempts")
                .forEach(attempt -> attempts.add(List.of(
                        "  attempt " + (attempts.size() + 1),
                        text(attempt, "instance"),
                        "after " + text(attempt, "afterMillis") + " ms",
                        "took " + text(attempt, "tookMillis") + " ms",
                        text(attempt, "outcome"))));
        if (attempts.isEmpty()) {
            out.println("no instance was asked");
        }
        Columns.print(attempts, out);
        List<List<String>> candidates = new ArrayList<>();
        past.path("candidates")
                .forEach(one -> candidates.add(List.of(
                        "  instance",
                        text(one, "instance"),
                        text(one, "state"),
                        text(one, "inFlight") + " in flight when it was over")));
        Columns.print(candidates, out);
        out.println();
    }

    /// A text of the gateway's answer. Registrations and clients choose some of them, and none may steer the
    /// terminal.
    private static String text(JsonNode in, String name) {
        return Label.printable(in.path(name).asText());
    }
}
