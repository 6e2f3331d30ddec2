package dev.stringsvc.gateway.discovery.lastgood;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.discovery.Instance;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged, hostile and unwritable files.
class LastGoodFaultTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration AGE = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private Instant now = START;

    private final Lines log = new Lines();

    /// Collects what is logged.
    private static final class Lines extends Handler {
        private final Logger logger = Logger.getLogger(LastGood.class.getName());
        private final List<String> lines = new ArrayList<>();

        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    @BeforeEach
    void listen() {
        log.logger.addHandler(log);
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    private Path path() {
        return folder.resolve("last-good.json");
    }

    private LastGood run() {
        return new LastGood(path(), AGE, () -> now);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static List<Instance> instances(int... numbers) {
        return IntStream.of(numbers)
                .mapToObj(n -> Instance.of("i" + n, "10.0.0." + n, n))
                .toList();
    }

    /// The saved instances that a gateway gets if it starts now.
    private List<Instance> recalled() {
        return run().recall("web", List.of()).map(Known::instances).orElse(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "garbage",
                "{\"version\": 2, \"services\": {}}",
                "{\"version\": 1}",
                "{\"version\": 1, \"services\": {\"web\": null}}",
                "{\"version\": 1, \"services\": {\"web\": {\"tags\": [], \"confirmedAt\": \"now\", \"instances\": []}}}",
                "{\"version\": 1, \"services\": {\"web\": {\"tags\": [null], \"confirmedAt\": \"2026-01-02T03:04:05Z\","
                        + " \"instances\": [{\"id\": \"\"}]}}}",
            })
    void a_file_that_is_none_of_these_is_no_reason_to_fail_and_is_replaced(String content) throws Exception {
        Files.writeString(path(), content);
        var run = run();
        assertThat(run.recall("web", List.of())).isEmpty();
        assertThat(log.lines).singleElement().asString().contains("is not used for this start: ");
        run.keep("web", List.of(), instances(1));
        run.writeIfDue();
        assertThat(recalled()).isEqualTo(instances(1));
    }

    @Test
    void random_bytes_deep_nesting_and_long_strings_are_no_reason_to_fail() throws Exception {
        var random = new Random(13);
        byte[] noise = new byte[4_096];
        for (int i = 0; i < 50; i++) {
            random.nextBytes(noise);
            Files.write(path(), noise);
            assertThat(recalled()).isEmpty();
        }
        for (String bad : List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "{\"version\": 1, \"services\": {\"web\": " + "[".repeat(100_000),
                "{\"version\": " + "1".repeat(100_000) + "}",
                "\"" + "x".repeat(1 << 20))) {
            Files.writeString(path(), bad);
            assertThat(recalled()).isEmpty();
        }
        assertThat(log.lines)
                .hasSize(55)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(2_000).contains("is not used for this start: "));
    }

    @Test
    void a_file_of_a_gigabyte_is_not_read() throws Exception {
        try (var file = new RandomAccessFile(path().toFile(), "rw")) {
            file.setLength(1L << 30); // a sparse file, which takes no space
        }
        assertThat(recalled()).isEmpty();
        assertThat(log.lines).singleElement().asString().contains("larger than ");
    }

    @Test
    void a_link_is_neither_read_nor_replaced_and_that_is_said_once() throws Exception {
        var other = folder.resolve("other");
        var run = new LastGood(other, AGE, () -> now);
        run.keep("web", List.of(), instances(1));
        run.writeIfDue();
        Files.createSymbolicLink(path(), other);
        isRefused("it is a symbolic link; give the path of its target");
        assertThat(Files.isSymbolicLink(path())).isTrue();
    }

    @Test
    void a_directory_is_said_once() throws Exception {
        Files.createDirectory(path());
        isRefused("it is not a regular file");
    }

    @Test
    void a_pipe_is_not_waited_for() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path().toString()).start().waitFor())
                .isZero();
        isRefused("it is not a regular file");
    }

    private void isRefused(String why) {
        var run = run();
        assertThat(run.recall("web", List.of())).isEmpty();
        for (int i = 0; i < 3; i++) {
            run.keep("web", List.of(), instances(i + 1));
            run.writeIfDue();
            pass(LastGood.REFRESH);
        }
        assertThat(log.lines).singleElement().asString().contains("is not used for this start: " + why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw----", "rw-r--rw-", "rwxrwxrwx"})
    void a_file_that_others_may_write_is_not_believed_and_is_replaced(String permissions) throws Exception {
        var run = run();
        run.keep("web", List.of(), instances(1));
        run.writeIfDue();
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString(permissions));
        var next = run();
        assertThat(next.recall("web", List.of())).isEmpty();
        assertThat(log.lines).singleElement().asString().contains("chmod go-w " + path());
        next.keep("web", List.of(), instances(2));
        next.writeIfDue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-------");
        assertThat(recalled()).isEqualTo(instances(2));
    }

    @Test
    void a_file_that_was_cut_anywhere_is_no_reason_to_fail() throws Exception {
        var run = run();
        run.keep("web", List.of(), instances(1, 2));
        run.writeIfDue();
        String whole = Files.readString(path());
        for (int length = 0; length < whole.length(); length++) {
            Files.writeString(path(), whole.substring(0, length));
            assertThat(recalled()).as("cut after %d", length).isEmpty();
        }
    }

    @Test
    void a_directory_that_is_missing_is_no_reason_to_fail_and_is_used_when_it_is_there() throws Exception {
        Path directory = folder.resolve("later");
        var run = new LastGood(directory.resolve("f"), AGE, () -> now);
        run.keep("web", List.of(), instances(1));
        for (int i = 0; i < 3; i++) {
            pass(LastGood.REFRESH);
            run.writeIfDue();
        }
        Files.createDirectory(directory);
        run.writeIfDue();
        assertThat(directory).as("tried again before its time").isEmptyDirectory();
        pass(LastGood.REFRESH);
        run.writeIfDue();
        assertThat(directory).isDirectoryContaining("glob:**f");
        assertThat(log.lines).hasSize(2);
        assertThat(log.lines.get(0)).contains("cannot be written: NoSuchFileException");
        assertThat(log.lines.get(1)).contains("can be written again");
    }

    @Test
    void something_else_than_a_file_is_left_as_it_is() throws Exception {
        Files.createDirectory(path());
        var run = run();
        run.keep("web", List.of(), instances(1));
        run.writeIfDue();
        assertThat(folder).isDirectoryContaining(Files::isDirectory);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void nothing_but_the_file_is_left_behind_and_it_is_its_owner_s() throws Exception {
        var run = run();
        for (int i = 1; i < 20; i++) {
            run.keep("web", List.of(), instances(i, i + 1, i + 2));
            run.writeIfDue();
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path());
        }
        assertThat(Files.getPosixFilePermissions(path()))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    private static List<Owner> owners(String service, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Owner(service, "/" + service + i, START, Optional.empty()))
                .toList();
    }

    @Test
    void a_service_that_would_make_the_file_too_large_is_left_out_and_no_other() throws Exception {
        int largest = 10_000;
        var run = new LastGood(new LastGoodFile(path(), largest), AGE, () -> now);
        run.keep("web", List.of(), instances(1, 2));
        run.keepOwners(owners("web", 2));
        run.writeIfDue();
        for (int size : List.of(200, 201)) {
            run.keep(
                    "large", List.of(), instances(IntStream.rangeClosed(1, size).toArray()));
            run.writeIfDue();
        }
        assertThat(Files.size(path())).isBetween(1L, (long) largest);
        var next = new LastGood(new LastGoodFile(path(), largest), AGE, () -> now);
        assertThat(next.recall("web", List.of()).map(Known::instances)).contains(instances(1, 2));
        assertThat(next.recall("large", List.of())).isEmpty();
        assertThat(next.owners()).isEqualTo(owners("web", 2));
        assertThat(log.lines).singleElement().asString().contains("so 1 services are not saved in full: [large]");
    }

    @Test
    void a_service_that_has_too_many_owners_is_left_out_and_no_other() throws Exception {
        int largest = 10_000;
        var run = new LastGood(new LastGoodFile(path(), largest), AGE, () -> now);
        List<Owner> all = new ArrayList<>(owners("large", 200));
        all.addAll(owners("web", 2));
        run.keepOwners(all);
        run.keep("web", List.of(), instances(1, 2));
        run.writeIfDue();
        var next = new LastGood(new LastGoodFile(path(), largest), AGE, () -> now);
        assertThat(next.owners()).isEqualTo(owners("web", 2));
        assertThat(next.recall("web", List.of()).map(Known::instances)).contains(instances(1, 2));
    }
}
