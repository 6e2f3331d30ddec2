package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The archive of `make dist`, unpacked in another place and run by another user.
@Timeout(240)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DistributionTest {
    private static final Duration TRAINED = Duration.ofMinutes(3);
    private static final String[] LOOPBACK = {"--host", "127.0.0.1", "--port", "0", "--admin-port", "0"};

    @TempDir
    static Path shared;

    /// Belongs to another user, so the gateway cannot write to it.
    private static Distribution readOnly;

    @TempDir
    Path folder;

    private static Distribution own;
    private static GatewayProcess first;

    /// Starts the first gateway here, so that its cache is made while the other tests run.
    @BeforeAll
    static void unpack() throws IOException {
        open(shared);
        readOnly = Distribution.unpack(shared.resolve("read-only"), false);
        own = Distribution.unpack(shared.resolve("own"), true);
        trainShortly();
        first = GatewayProcess.listening(own.start(program(own), with("--static", "a=127.0.0.1:1")));
        assertThat(background(program(own), first.process())).isNotEmpty();
    }

    /// Makes the job that writes the cache send 100 requests instead of 3,000.
    private static void trainShortly() throws IOException {
        Path job = own.home().resolve("lib/aot");
        String text = Files.readString(job);
        assertThat(text).contains("ask \"$port\" 30 ");
        Files.writeString(job, text.replace("ask \"$port\" 30 ", "ask \"$port\" 1 "));
    }

    @AfterAll
    static void stop() {
        first.close();
    }

    private record Ended(int code, List<String> lines) {}

    private static Ended ended(AppProcess process) {
        try (process) {
            return new Ended(process.awaitExit(Cluster.PATIENCE), process.lines());
        }
    }

    private static Path program(Distribution distribution) {
        return distribution.home().resolve("bin/gateway");
    }

    private static List<Path> caches(Distribution distribution) {
        try (Stream<Path> files = Files.list(distribution.home())) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String get(GatewayProcess gateway, String path) throws IOException, InterruptedException {
        return gateway.post(path, "").body();
    }

    private Path config(String answer) throws IOException {
        return Files.writeString(
                folder.resolve("gateway.yaml"),
                "shutdown: {grace: 1ms}\nroutes: [{name: %s, path: /, respond: {body: %s}}]\n"
                        .formatted(answer, answer));
    }

    /// Processes of this script other than `gateway` itself.
    private static Stream<ProcessHandle> background(Path program, AppProcess gateway) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != gateway.pid())
                .filter(process -> process.info().commandLine().orElse("").contains(program.toString()));
    }

    @Test
    void starts_through_a_link_without_a_cache_if_it_cannot_write_reloads_and_stops() throws Exception {
        open(folder);
        Path file = config("first");
        Path link = Files.createSymbolicLink(folder.resolve("gateway"), Path.of("link"));
        Files.createSymbolicLink(folder.resolve("link"), program(readOnly));
        var process = readOnly.start(link, with("--config", file.toString()));
        try (var gateway = GatewayProcess.listening(process)) {
            assertThat(ProcessHandle.of(process.pid()).orElseThrow().info().command())
                    .hasValueSatisfying(command -> assertThat(command).endsWith("/bin/java"));
            assertThat(background(program(readOnly), process)).isEmpty();
            assertThat(get(gateway, "/")).isEqualTo("first");
            config("second");
            process.hangUp();
            process.awaitLine("gateway.yaml is loaded: 1 routes; added: second; removed: first");
            assertThat(get(gateway, "/")).isEqualTo("second");
            process.terminate();
            assertThat(process.awaitExit(Cluster.PATIENCE)).isZero();
            assertThat(process.lines()).allMatch(line -> line.startsWith("ts="));
        }
        assertThat(caches(readOnly)).isEmpty();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void the_first_start_leaves_a_cache_that_the_second_uses() throws Exception {
        await().atMost(TRAINED)
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        caches(own).stream().anyMatch(file -> file.toString().matches(".*/gateway-\\d+\\.aot")));
        assertThat(caches(own)).hasSize(1);
        var again = own.start(program(own), with("--static", "a=127.0.0.1:1", "--grace", "1ms"));
        try (var gateway = GatewayProcess.listening(again)) {
            assertThat(background(program(own), again)).isEmpty();
            Path maps = Path.of("/proc", Long.toString(again.pid()), "maps");
            if (Files.exists(maps)) {
                assertThat(Files.readString(maps))
                        .contains(caches(own).getFirst().toString());
            }
            assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
        }
        Files.writeString(caches(own).getFirst(), "not a cache");
        Ended spoiled = ended(own.start(program(own), "--version"));
        assertThat(spoiled.code()).isZero();
        assertThat(spoiled.lines()).first().asString().startsWith("gateway ");
    }

    @Test
    void a_JAVA_HOME_without_the_right_Java_gives_one_clear_line() throws Exception {
        open(folder);
        Path old = java("17.0.15");
        Ended refused = ended(readOnly.start(program(readOnly), Map.of("JAVA_HOME", old.toString())));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.lines())
                .singleElement()
                .asString()
                .startsWith("gateway: JAVA_HOME=" + old + " is Java 17.0.15, and the gateway needs Java 25");
        Ended missing = ended(readOnly.start(program(readOnly), Map.of("JAVA_HOME", "/nowhere")));
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.lines())
                .singleElement()
                .asString()
                .startsWith("gateway: JAVA_HOME=/nowhere is no Java, and the gateway needs Java 25");
    }

    @Test
    void without_JAVA_HOME_the_Java_on_the_PATH_is_used() throws Exception {
        open(folder);
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), Path.of(System.getProperty("java.home"), "bin", "java"));
        Ended version = ended(readOnly.start(
                program(readOnly), Map.of("JAVA_HOME", "", "PATH", bin + ":" + System.getenv("PATH")), "--version"));
        assertThat(version).isEqualTo(new Ended(0, version.lines()));
        assertThat(version.lines()).first().asString().startsWith("gateway ");
    }

    /// A folder that looks like a Java of this version but cannot run.
    private Path java(String version) throws IOException {
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 99\n");
        assertThat(java.toFile().setExecutable(true, false)).isTrue();
        Files.writeString(folder.resolve("jdk/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return folder.resolve("jdk");
    }

    @Test
    void the_example_configuration_is_valid() {
        Path example = readOnly.home().resolve("etc/gateway.yaml");
        Ended check = ended(readOnly.start(program(readOnly), "check", example.toString()));
        assertThat(check).isEqualTo(new Ended(0, List.of(example + ": valid, 3 routes")));
    }

    @Test
    void bash_completes_commands_flags_and_files() throws Exception {
        Path file = Files.createFile(folder.resolve("my.yaml"));
        assertThat(completed("gateway", "ch")).containsExactly("check");
        assertThat(completed("gateway", "--admin-h")).containsExactlyInAnyOrder("--admin-host", "--admin-hosts");
        assertThat(completed("gateway", "check", folder + "/my")).containsExactly(file.toString());
    }

    private static List<String> completed(String... words) {
        String script = """
                source "$1"
                shift
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
                [ "$(complete -p gateway)" = "complete -o default -F _complete_gateway gateway" ] || exit
                # what it says when bash is not about to complete: options of this one completion cannot be set
                _complete_gateway 2>/dev/null && printf '%s\\n' "${COMPREPLY[@]}"
                """;
        var command = Stream.concat(
                Stream.of("bash", "-c", script, "bash", readOnly.home() + "/completion/gateway"), Stream.of(words));
        return Distribution.run(command.toArray(String[]::new));
    }

    @Test
    void systemd_accepts_the_unit() throws Exception {
        Path script = Cluster.ROOT.resolve("scripts/systemd-analyze");
        Ended found = ended(AppProcess.start(List.of("bash", script.toString()), Map.of()));
        assumeThat(found.code()).as("systemd-analyze: %s", found.lines()).isZero();
        // the unit contains the installed path, and systemd-analyze checks that its programs exist there
        Path installed = Files.createSymbolicLink(folder.resolve("installed"), readOnly.home());
        String name = "stringsvc-gateway.service";
        String unit = Files.readString(readOnly.home().resolve("systemd").resolve(name));
        assertThat(unit).contains("/opt/stringsvc-gateway/bin/gateway");
        Path moved =
                Files.writeString(folder.resolve(name), unit.replace("/opt/stringsvc-gateway", installed.toString()));
        assertThat(Distribution.run(found.lines().getLast(), "verify", moved.toString()))
                .isEmpty();
    }

    /// The same commit always makes the same bytes: the archive has no trace of when, where and by whom
    /// it was built.
    @Test
    void its_entries_have_one_time_one_owner_and_given_modes() throws Exception {
        var entry = Pattern.compile("([-d][rwx-]{9}) 0/0 +\\d+ (\\S+ \\S+) (stringsvc-gateway-[^/]+)/(.*)");
        var entries = Distribution.run(
                        "env", "TZ=UTC", "tar", "--numeric-owner", "--full-time", "-tvzf", "" + Distribution.archive())
                .stream()
                .map(line -> {
                    var matcher = entry.matcher(line);
                    assertThat(matcher.matches()).as(line).isTrue();
                    return matcher;
                })
                .toList();
        assertThat(entries).map(found -> found.group(2)).containsOnly("2026-11-20 00:00:00");
        assertThat(entries)
                .map(found -> found.group(3))
                .containsOnly(entries.getFirst().group(3));
        assertThat(entries).map(found -> found.group(1)).containsOnly("drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--");
        assertThat(entries.stream().filter(found -> found.group(1).equals("-rwxr-xr-x")))
                .map(found -> found.group(4))
                .containsExactlyInAnyOrder("bin/gateway", "lib/aot");
        for (Path own : ownJars()) {
            try (var jar = new JarFile(own.toFile())) {
                assertThat(jar.stream().map(JarEntry::getTimeLocal).distinct()).hasSize(1);
            }
        }
    }

    /// The jars of this project. They have the project's version.
    private static List<Path> ownJars() throws IOException {
        String version = readOnly.home().toString().replaceAll(".*/stringsvc-gateway-", "");
        try (Stream<Path> files = Files.walk(readOnly.home())) {
            List<Path> own = files.filter(
                            file -> file.toString().endsWith("-" + version + ".jar") || file.endsWith("gateway.jar"))
                    .toList();
            assertThat(own).hasSizeGreaterThan(1);
            return own;
        }
    }

    private static String[] with(String... args) {
        return Stream.concat(Stream.of(LOOPBACK), Stream.of(args)).toArray(String[]::new);
    }

    private static void open(Path folder) {
        assertThat(folder.toFile().setExecutable(true, false)).isTrue();
        assertThat(folder.toFile().setReadable(true, false)).isTrue();
    }
}
