package dev.stringsvc.bench;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Stand-ins for instances of stringsvc that answer at once: one nginx that listens on several ports.
/// They cost almost nothing, so the measurement shows the cost of the proxy in front of them.
final class Backends implements AutoCloseable {
    /// Followed by a number: a GET is answered with this number of bytes.
    static final String PAYLOAD = "/payload/";
    /// A POST to this path is answered once its whole body has arrived.
    static final String UPLOAD = "/upload";

    /// nginx's stub_status: connections accepted and handled, then requests.
    private static final Pattern STATUS = Pattern.compile("\\d+ \\d+ (\\d+) *\\R");
    private static final String ANSWER = "{\"v\":\"FOO\"}";

    private final List<Integer> ports;
    private final int countPort;
    private final AppProcess process;

    private Backends(List<Integer> ports, int countPort, AppProcess process) {
        this.ports = ports;
        this.countPort = countPort;
        this.process = process;
    }

    static Backends start(int instances, Path dir, String nginx) throws IOException {
        List<Integer> ports = ports(instances);
        Path payloads = Files.createDirectories(dir.resolve("payload"));
        for (Cell.Payload size : Cell.Payload.values()) {
            Files.write(payloads.resolve(Integer.toString(size.bytes())), new byte[size.bytes()]);
        }
        Path config = Files.writeString(dir.resolve("nginx.conf"), config(dir, ports));
        AppProcess process = Programs.start(dir.resolve("log"), Nginx.command(nginx, dir, config));
        ports.forEach(port -> Probe.await(port, "/", ANSWER));
        return new Backends(ports, 0, process);
    }

    /// Starts instances of a gRPC service.
    static Backends startGrpc(int instances, Path dir, String nginx) throws IOException {
        List<Integer> ports = ports(instances + 1);
        int countPort = ports.getLast();
        ports = ports.subList(0, instances);
        Path config = Files.writeString(dir.resolve("nginx.conf"), GrpcBackends.config(dir, ports, countPort));
        AppProcess process = Programs.start(dir.resolve("log"), Nginx.command(nginx, dir, config));
        ports.forEach(GrpcProbe::await);
        return new Backends(ports, countPort, process);
    }

    private static List<Integer> ports(int number) {
        return IntStream.generate(Ports::free).distinct().limit(number).boxed().toList();
    }

    /// The number of calls so far, as the instances of the gRPC service count them.
    long calls() throws IOException {
        try (InputStream status =
                URI.create("http://127.0.0.1:" + countPort).toURL().openStream()) {
            String text = new String(status.readAllBytes(), StandardCharsets.US_ASCII);
            return STATUS.matcher(text)
                    .results()
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no number of calls in: " + text));
        }
    }

    /// An upload is proxied, without its body, to a location that only answers. `return` alone would
    /// answer before the body arrived.
    private static String config(Path dir, List<Integer> ports) {
        String listen = ports.stream()
                .map(port -> "listen 127.0.0.1:" + port + " backlog=4096;")
                .collect(Collectors.joining("\n        "));
        return """
                daemon off;
                worker_processes 1;
                pid %1$s/pid;
                error_log stderr warn;
                events {
                    worker_connections 8192;
                }
                http {
                %2$s
                    access_log off;
                    default_type application/json;
                    keepalive_requests 100000000;
                    keepalive_timeout 1h;
                    client_max_body_size 8m;
                    client_body_buffer_size 2m;
                    sendfile on;
                    tcp_nopush on;
                    upstream answer {
                        server 127.0.0.1:%7$d;
                        keepalive 1024;
                        keepalive_requests 100000000;
                    }
                    server {
                        listen 127.0.0.1:%7$d;
                        return 200 '%3$s';
                    }
                    server {
                        %4$s
                        location / {
                            return 200 '%3$s';
                        }
                        location %5$s {
                            root %1$s;
                        }
                        location %6$s {
                            proxy_pass http://answer;
                            proxy_http_version 1.1;
                            proxy_set_header Connection "";
                            proxy_pass_request_body off;
                            proxy_set_header Content-Length "";
                        }
                    }
                }
                """.formatted(dir, Nginx.temporaryFiles(dir), ANSWER, listen, PAYLOAD, UPLOAD, Ports.free());
    }

    List<Integer> ports() {
        return ports;
    }

    void register(ConsulAgent consul) {
        for (int i = 0; i < ports.size(); i++) {
            consul.register("stringsvc-" + (i + 1), "stringsvc", "127.0.0.1", ports.get(i));
        }
    }

    @Override
    public void close() {
        Programs.stop(process);
    }
}
