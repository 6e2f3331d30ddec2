package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The gateway with its defaults, except for one route with the same deadline as its peers, and a limit
/// of more than a thousand requests at a time to one service.
///
/// @param jar which build of it; its AOT cache is beside it
record OurGateway(String name, Path jar, List<String> javaOptions) implements Peer {
    static final String NAME = "gateway";
    private static final Path JAR = Path.of("gateway/target/gateway.jar");
    private static final Path OPTIONS = Path.of("gateway/jvm.options");
    private static final String CONFIG = """
            limits:
              in-flight: 2000
            services:
              stringsvc:
                in-flight: 2000
            routes:
              - path: /stringsvc
                service: stringsvc
                strip-prefix: /stringsvc
                idempotent: true
                deadline: 3s
            """;

    /// This tree's gateway.
    OurGateway(List<String> javaOptions) {
        this(NAME, JAR, javaOptions);
    }

    @Override
    public String version() {
        return "%s, on Java %s".formatted(jar.equals(JAR) ? "this tree" : "another build", Runtime.version());
    }

    @Override
    public boolean compilesWhileItRuns() {
        return true;
    }

    @Override
    public List<String> command(Site site) throws IOException {
        return command(site, CONFIG, 0);
    }

    /// @param adminPort 0 for any free port
    List<String> command(Site site, String config, int adminPort) throws IOException {
        Path file = Files.writeString(site.dir().resolve("gateway.yaml"), config);
        List<String> options = new ArrayList<>();
        options.add("@" + OPTIONS.toAbsolutePath());
        options.addAll(javaOptions);
        options.add("-XX:AOTCache=" + jar.resolveSibling("gateway.aot").toAbsolutePath());
        return new JavaProgram(jar, options)
                .command(
                        "--config=" + file,
                        "--consul=" + site.consul(),
                        "--host=127.0.0.1",
                        "--port=" + site.port(),
                        "--admin-port=" + adminPort);
    }
}
