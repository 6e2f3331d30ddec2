package dev.stringsvc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A program or a folder that a script of this repository finds, and downloads if the machine does not have it.
public final class Tool {
    private Tool() {}

    /// The path that `scripts/NAME` prints.
    public static String path(String name) {
        return run("bash", script(name).toString()).strip();
    }

    /// The path that `scripts/NAME PROGRAM` prints.
    static String path(String name, String program) {
        return run("bash", script(name).toString(), program).strip();
    }

    private static Path script(String name) {
        var start = Path.of("").toAbsolutePath();
        for (Path dir = start; dir != null; dir = dir.getParent()) {
            var script = dir.resolve("scripts").resolve(name);
            if (Files.isRegularFile(script)) {
                return script;
            }
        }
        throw new IllegalStateException("no folder above " + start + " has scripts/" + name);
    }

    /// What a command prints.
    static String run(String... command) {
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
            throw new IllegalStateException("interrupted while looking for " + command[0], e);
        }
    }
}
