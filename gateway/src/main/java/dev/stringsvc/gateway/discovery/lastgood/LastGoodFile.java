package dev.stringsvc.gateway.discovery.lastgood;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Reads and writes the file. Writing replaces it atomically, so a crash leaves either the old content
/// or the new. Only the file's owner may read it. Used by one thread at a time.
///
/// ```json
/// {"version": 1,
///  "services": {"web": {"tags": [], "confirmedAt": "2026-01-02T03:04:05Z",
///                       "instances": [{"id": "web-1", "host": "10.0.0.1", "port": 80, "tags": [],
///                                      "meta": {}, "weight": 1}]}},
///  "owners": [{"service": "web", "claim": "/web", "since": "2026-01-02T03:04:05Z", "until": ""}]}
/// ```
final class LastGoodFile {
    private static final int VERSION = 1;
    /// The largest file, in bytes: about 40,000 instances with a heap of 256 MiB. In memory the content
    /// is about 20 times as large.
    static final int LARGEST = (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 32);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path path;
    private final int largest;

    /// @param largest in bytes; a larger file is neither read nor written
    LastGoodFile(Path path, int largest) {
        this.path = path.toAbsolutePath();
        this.largest = largest;
    }

    /// The content of the file.
    record Content(Map<String, Known> services, List<Owner> owners) {
        static final Content NOTHING = new Content(Map.of(), List.of());
    }

    private record Document(int version, Map<String, Service> services, List<Owned> owners) {}

    /// @param until empty while the service has the claim
    private record Owned(String service, String claim, String since, String until) {
        Owned(Owner owner) {
            this(
                    owner.service(),
                    owner.claim(),
                    owner.since().toString(),
                    owner.until().map(Instant::toString).orElse(""));
        }

        Owner owner() {
            return new Owner(
                    service,
                    claim,
                    Instant.parse(since),
                    until.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(until)));
        }
    }

    private record Service(List<String> tags, String confirmedAt, List<Instance> instances) {
        Service(Known known) {
            this(known.tags(), known.confirmedAt().toString(), known.instances());
        }

        Known known() {
            return new Known(tags, Instant.parse(confirmedAt), instances);
        }
    }

    /// Reads the file; empty if there is none.
    ///
    /// @throws IOException if it cannot be read, has another format, or others may write it
    Content read() throws IOException {
        refuseOther();
        try {
            Optional<String> writable = InputFile.writableByOthers(path);
            if (writable.isPresent()) {
                throw new IOException(writable.get());
            }
            return parse(InputFile.read(path, largest));
        } catch (NoSuchFileException e) {
            return Content.NOTHING;
        }
    }

    private static Content parse(byte[] json) throws IOException {
        JsonNode tree = JSON.readTree(json);
        JsonNode version = tree.path("version");
        if (!version.isInt() || version.intValue() != VERSION) {
            throw new IOException("its version is not " + VERSION);
        }
        complete(tree);
        Map<String, Known> services = new TreeMap<>();
        try {
            Document document = JSON.treeToValue(tree, Document.class);
            document.services().forEach((name, service) -> services.put(name, service.known()));
            return new Content(
                    services, document.owners().stream().map(Owned::owner).toList());
        } catch (RuntimeException e) {
            throw new IOException("its format is not that of a last-good file", e);
        }
    }

    /// Adds what older files lack: owners, and weights of instances.
    private static void complete(JsonNode tree) {
        if (tree instanceof ObjectNode document && !document.has("owners")) {
            document.putArray("owners");
        }
        for (JsonNode service : tree.path("services")) {
            for (JsonNode instance : service.path("instances")) {
                if (instance instanceof ObjectNode object && !object.has("weight")) {
                    object.put("weight", 1);
                }
            }
        }
    }

    /// Replaces the file. If it would be too large to read, it is written without line breaks, and then
    /// without the instances of the largest services. If owners take more than half of it, those of the
    /// services with most owners are left out too.
    ///
    /// @return the services that are not written in full
    /// @throws IOException if writing fails; the old content stays
    Set<String> write(Content content) throws IOException {
        refuseOther();
        Map<String, Service> services = new TreeMap<>();
        content.services().forEach((name, known) -> services.put(name, new Service(known)));
        Map<String, List<Owned>> owners = content.owners().stream()
                .map(Owned::new)
                .collect(Collectors.groupingBy(Owned::service, TreeMap::new, Collectors.toList()));
        Set<String> leftOut = new TreeSet<>();
        byte[] json = json(JSON.writerWithDefaultPrettyPrinter(), services, owners);
        if (json.length > largest) {
            leaveOutLargest(owners, JSON.writeValueAsBytes(owners).length - largest / 2, leftOut);
            json = json(JSON.writer(), services, owners);
        }
        while (json.length > largest && !services.isEmpty()) {
            leaveOutLargest(services, json.length - largest, leftOut);
            json = json(JSON.writer(), services, owners);
        }
        replace(ByteBuffer.wrap(json));
        return leftOut;
    }

    private static byte[] json(ObjectWriter writer, Map<String, Service> services, Map<String, List<Owned>> owners)
            throws IOException {
        List<Owned> all = owners.values().stream().flatMap(List::stream).toList();
        return writer.writeValueAsBytes(new Document(VERSION, services, all));
    }

    /// @param excess the bytes to save; 0 or less leaves out nothing
    private static void leaveOutLargest(Map<String, ?> all, int excess, Set<String> leftOut) throws IOException {
        Map<String, Integer> sizes = new HashMap<>();
        for (Map.Entry<String, ?> one : all.entrySet()) {
            sizes.put(one.getKey(), JSON.writeValueAsBytes(one.getValue()).length);
        }
        List<Map.Entry<String, Integer>> largestFirst = sizes.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .toList();
        int left = excess;
        for (Map.Entry<String, Integer> one : largestFirst) {
            if (left > 0) {
                all.remove(one.getKey());
                leftOut.add(one.getKey());
                left -= one.getValue();
            }
        }
    }

    private void replace(ByteBuffer json) throws IOException {
        Path next = Files.createTempFile(path.getParent(), path.getFileName() + ".", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                while (json.hasRemaining()) {
                    channel.write(json);
                }
                channel.force(true);
            }
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /// True if the path is not a regular file, so that it can neither be read nor written.
    boolean isOther() {
        return InputFile.isOther(path);
    }

    /// Refuses a device or a pipe, which could block, and a link, which would be replaced while its
    /// target stays old.
    private void refuseOther() throws IOException {
        if (isOther()) {
            throw new IOException(
                    Files.isSymbolicLink(path)
                            ? "it is a symbolic link; give the path of its target"
                            : "it is not a regular file");
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
