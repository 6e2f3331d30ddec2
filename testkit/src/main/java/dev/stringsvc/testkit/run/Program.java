package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A program to start, and the port on which it answers.
record Program(String name, int port, List<String> command) {
    /// Runs the jar of a module, with its AOT cache if that is up to date.
    static Program java(String name, String module, int port, List<String> args) {
        Path jar = jar(module);
        var command = new ArrayList<>(AppProcess.command(jar, args));
        Path cache = cache(module);
        if (isUpToDate(cache, jar)) {
            command.add(1, "-XX:AOTCache=" + cache);
        }
        return new Program(name, port, command);
    }

    /// Runs a jar that no module is named after.
    static Program java(String name, Path jar, int port, List<String> args) {
        return new Program(name, port, AppProcess.command(jar, args));
    }

    /// Runs a main class of a jar that has several.
    static Program java(String name, Path jar, String mainClass, int port, List<String> args) {
        var command = new ArrayList<>(AppProcess.command(jar, args));
        int at = command.indexOf("-jar");
        command.set(at, "-cp");
        command.add(at + 2, mainClass);
        return new Program(name, port, command);
    }

    /// The path relative to the repository's root, which must be the working directory.
    static Path jar(String module) {
        return Path.of(module, "target", module + ".jar");
    }

    static Path cache(String module) {
        return Path.of(module, "target", module + ".aot");
    }

    /// The JVM prints a warning about a cache that is older than the jar, and does not use it.
    private static boolean isUpToDate(Path cache, Path jar) {
        try (var libraries = Files.list(jar.resolveSibling("lib"))) {
            if (!Files.exists(cache)) {
                return false;
            }
            var made = Files.getLastModifiedTime(cache);
            for (Path file : Stream.concat(Stream.of(jar), libraries).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(made) > 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
