package dev.stringsvc.gateway.cli;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.grpc.Transcoder;
import dev.stringsvc.gateway.grpc.TranscodingException;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Reading;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.RequestText;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.program.Environment;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/// `gateway routes FILE`: the routes in the order in which they are asked, or what each says of one
/// request.
@Command(
        name = "routes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Prints a file's routes, the most specific first; with --explain, which of them takes a request, and why not"
                    + " the others.",
            ""
        },
        footer = {"", "Exit codes: 0, 1 no route takes the request, 2 the file or a flag is not valid."})
public final class RoutesCommand implements Callable<Integer> {
    private static final int NONE = 1;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file.")
    private @Nullable Path file;

    @Option(
            names = "--explain",
            paramLabel = "'METHOD URL'",
            description = "A request, such as 'GET http://api.example.com/users/7'; GET where there is only a URL.")
    private @Nullable String request;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header of that request; may be repeated.")
    private List<String> headers = new ArrayList<>();

    private @Nullable GatewayConfig config;

    @Override
    public Integer call() throws ConfigException {
        config = ConfigLoader.load(Optional.ofNullable(file), Flags.beside(Environment.ofProcess()));
        RouteTable table = config.routes();
        PrintWriter out = commandLine().getOut();
        try {
            return request == null ? list(table, out) : explain(table, parse(request), out);
        } finally {
            out.flush();
        }
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private static int list(RouteTable table, PrintWriter out) {
        Columns.print(
                table.inOrder().stream()
                        .map(route -> List.of(route.name(), route.predicates().toString(), target(route)))
                        .toList(),
                out);
        return 0;
    }

    private int explain(RouteTable table, RequestHead request, PrintWriter out) {
        return switch (Reading.of(table, request)) {
            case Reading.Refused(var why) -> {
                out.println("no route takes " + request.path() + ", which is answered with 400: " + why);
                yield NONE;
            }
            case Reading.Valid valid -> explain(table, valid, out);
        };
    }

    private int explain(RouteTable table, Reading.Valid valid, PrintWriter out) {
        RequestHead request = valid.request();
        var explanations = table.explain(valid.matched());
        Columns.print(
                explanations.stream()
                        .map(explanation -> List.of(
                                explanation.taken() ? "=>" : "",
                                explanation.route().name(),
                                explanation.route().predicates().toString(),
                                explanation.taken() ? taken(explanation.route(), request) : "no: " + explanation.why()))
                        .toList(),
                out);
        boolean taken = explanations.stream().anyMatch(RouteTable.Explanation::taken);
        if (!taken) {
            out.println("no route takes " + request.method() + " " + request.path());
        }
        return taken ? 0 : NONE;
    }

    private static String target(Route route) {
        return switch (route.action()) {
            case Action.Forward to -> "service " + to.service();
            case Action.Redirect(String to, int status) -> status + " to " + to;
            case Action.Respond with -> "answers " + with.status();
        };
    }

    private String taken(Route route, RequestHead request) {
        return switch (route.action()) {
            case Action.Forward to -> {
                String path = to.rewrite().apply(route.predicates().path(), request.path());
                yield target(route) + " is asked for " + (to.transcode() ? method(to, request.method(), path) : path);
            }
            case Action.Redirect to -> target(route);
            case Action.Respond with -> target(route);
        };
    }

    /// The gRPC method that a JSON request calls.
    private String method(Action.Forward to, String verb, String path) {
        Optional<Transcoder> transcoder =
                Objects.requireNonNull(config).service(to.service()).transcoder();
        if (transcoder.isEmpty()) {
            return path + ", as a method that its instances describe";
        }
        try {
            return transcoder
                    .get()
                    .call(new Transcoder.Request(verb, path, null))
                    .method();
        } catch (TranscodingException e) {
            return path + ", which is answered with " + e.status().httpStatus() + ": " + e.detail();
        }
    }

    private RequestHead parse(String text) {
        String[] words = text.trim().split("\\s+", 2);
        String method = words.length == 1 ? "GET" : words[0].toUpperCase(Locale.ROOT);
        try {
            return RequestText.of(method, words[words.length - 1], headers).head();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(commandLine(), "--explain: " + e.getMessage());
        }
    }
}
