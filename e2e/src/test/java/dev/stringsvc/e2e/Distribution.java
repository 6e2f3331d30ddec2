package dev.stringsvc.e2e;

import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The archive of `make dist`, unpacked into a folder with a space in its name. If the test runs as
/// root, the programs run as the user nobody, as a service would.
final class Distribution {
    private static final String NOBODY = "65534";
    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    private final Path home;

    private Distribution(Path home) {
        this.home = home;
    }

    static Path archive() throws IOException {
        try (Stream<Path> files = Files.list(Cluster.jar("gateway").resolveSibling(""))) {
            return files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no archive: these tests need `mvn package`"));
        }
    }

    /// Unpacks the archive into a new folder in `folder`. The new folder belongs to nobody if `owns`,
    /// else to root.
    static Distribution unpack(Path folder, boolean owns) throws IOException {
        Path unpacked = Files.createDirectories(folder.resolve("un packed"));
        for (Path open : List.of(folder, unpacked)) {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        run("tar", "-xzf", archive().toString(), "-C", unpacked.toString());
        try (Stream<Path> top = Files.list(unpacked)) {
            List<Path> only = top.toList();
            if (only.size() != 1) {
                throw new IllegalStateException("not one folder: " + only);
            }
            if (ROOT) {
                run("chown", "-R", owns ? NOBODY : "0", only.getFirst().toString());
            } else if (!owns) {
                run("chmod", "-R", "a-w", only.getFirst().toString());
            }
            return new Distribution(only.getFirst());
        }
    }

    Path home() {
        return home;
    }

    /// Starts a program of this folder on the JDK that runs the test.
    AppProcess start(Path program, String... args) {
        return start(program, Map.of(), args);
    }

    AppProcess start(Path program, Map<String, String> env, String... args) {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"));
        }
        command.add(program.toString());
        command.addAll(List.of(args));
        return AppProcess.start(command, environment(env));
    }

    private static Map<String, String> environment(Map<String, String> env) {
        var all = new HashMap<>(Map.of("JAVA_HOME", System.getProperty("java.home"), "HOME", "/"));
        all.putAll(env);
        return all;
    }

    /// Runs a command that must succeed, and returns its output lines.
    static List<String> run(String... command) {
        try (var process = AppProcess.start(List.of(command), Map.of())) {
            int code = process.awaitExit(Cluster.PATIENCE);
            if (code != 0) {
                throw new AssertionError(List.of(command) + ": exit code " + code + ": " + process.lines());
            }
            return process.lines();
        }
    }
}
