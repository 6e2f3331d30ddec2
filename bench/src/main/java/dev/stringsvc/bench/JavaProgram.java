package dev.stringsvc.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A Java program, started on the Java that runs this one.
///
/// @param options for the JVM
record JavaProgram(Path jar, List<String> options) {
    List<String> command(String... arguments) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        return Stream.of(
                        Stream.of(java.toString()),
                        options.stream(),
                        Stream.of("-jar", jar.toAbsolutePath().toString()),
                        Stream.of(arguments))
                .flatMap(words -> words)
                .toList();
    }
}
