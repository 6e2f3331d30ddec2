package dev.stringsvc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// The Consul binary that `scripts/consul` finds; looked up once per JVM.
record ConsulBinary(String path, int minor) {
    private static final Pattern VERSION = Pattern.compile("^Consul v1\\.(\\d+)");

    private static final class Found {
        static final ConsulBinary BINARY = find();
    }

    static ConsulBinary get() {
        return Found.BINARY;
    }

    private static ConsulBinary find() {
        String path = run("bash", script().toString()).strip();
        var version = VERSION.matcher(run(path, "version"));
        // a development build may print any version: treat it as a new one
        return new ConsulBinary(path, version.find() ? Integer.parseInt(version.group(1)) : Integer.MAX_VALUE);
    }

    private static Path script() {
        var start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            var script = dir.resolve("scripts").resolve("consul");
            if (Files.isRegularFile(script)) {
                return script;
            }
        }
        throw new IllegalStateException("no folder above " + start + " has scripts/consul");
    }

    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            try (var out = process.inputReader();
                    var err = process.errorReader()) {
                String printed = out.readAllAsString();
                String said = err.readAllAsString();
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + " failed: " + said.strip());
                }
                return printed;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking for Consul", e);
        }
    }
}
