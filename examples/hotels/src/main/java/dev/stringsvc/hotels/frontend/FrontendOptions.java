package dev.stringsvc.hotels.frontend;

import dev.stringsvc.hotels.consul.ConsulOptions;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.Environment;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line of frontend.
@Command(name = "frontend", description = "Serves the page at /, and GET /hotels and GET /rates over HTTP.")
public final class FrontendOptions extends ConsulOptions {
    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "3s",
            converter = DurationConverter.class,
            description = "the longest wait for all services that a request needs [${DEFAULT-VALUE}]")
    private Duration timeout = Duration.ZERO;

    @Override
    protected int defaultPort() {
        return 8090;
    }

    @Override
    protected Start prepare(Environment environment) {
        Check.that(timeout.isPositive(), "--timeout", "more than 0s");
        var settings = serving();
        var needs = new Frontend.Needs(consul(environment), timeout);
        return calls -> Frontend.start(settings, needs, calls);
    }
}
