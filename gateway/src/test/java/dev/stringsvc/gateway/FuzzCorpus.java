package dev.stringsvc.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Inputs that once found a fault; each fuzzer tries them before random ones. Each is a file in
/// `src/test/resources/fuzz/FUZZER`.
public final class FuzzCorpus {
    private FuzzCorpus() {}

    /// The texts of a fuzzer's files, in the order of their names. Lines at the beginning of a file
    /// that start with `#` are comments.
    public static List<String> of(String fuzzer) {
        URL folder = Objects.requireNonNull(FuzzCorpus.class.getResource("/fuzz/" + fuzzer), fuzzer);
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().map(FuzzCorpus::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            String text = Files.readString(file);
            return text.startsWith("#") ? text.substring(text.indexOf('\n') + 1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
