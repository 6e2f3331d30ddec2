package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.FuzzCorpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a file says, it is valid, or is refused in one line that names the file. `-Dfuzz.seed=N` tries others,
/// `-Dfuzz.requests=N` more.
class ConfigFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int FILES = Integer.getInteger("fuzz.requests", 200);
    private static final List<String> SPOILERS = List.of(
            ":",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "'",
            "#",
            "&a ",
            "*a",
            "!!int ",
            "|",
            ">",
            "~",
            "\t",
            "  ",
            "\n",
            "---",
            "\u0000",
            "\u00e9",
            "99999999999999999999",
            "-1",
            "1e400",
            "true",
            "null",
            "<<: ",
            "? ");

    @TempDir
    Path folder;

    @Test
    void file_is_valid_or_refused_in_one_line() throws Exception {
        var random = new Random(SEED);
        List<String> files = new ArrayList<>(FuzzCorpus.of("config"));
        while (files.size() < FILES) {
            files.add(spoiled(ConfigLoader.defaults(), random));
        }
        Path file = folder.resolve("gateway.yaml");
        int refused = 0;
        for (String text : files) {
            Files.writeString(file, text);
            try {
                var _ = ConfigLoader.load(Optional.of(file), ConfigLoader.noFlags());
            } catch (ConfigException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("with -Dfuzz.seed=%d, of\n%s", SEED, text)
                        .doesNotContain("\n")
                        .isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("with -Dfuzz.seed=%d, of\n%s".formatted(SEED, text), e);
            }
        }
        assertThat(refused).isGreaterThan(FILES / 4);
    }

    private static String spoiled(String text, Random random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            int in = random.nextInt(line.length() + 1);
            String spoiler = SPOILERS.get(random.nextInt(SPOILERS.size()));
            switch (random.nextInt(5)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(at, line);
                case 2 -> Collections.swap(lines, at, random.nextInt(lines.size()));
                case 3 -> lines.set(at, line.replaceFirst(": .*", ": " + spoiler));
                default -> lines.set(at, line.substring(0, in) + spoiler + line.substring(in));
            }
        }
        return String.join("\n", lines);
    }
}
