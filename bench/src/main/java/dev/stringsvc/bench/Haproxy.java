package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// HAProxy with one thread per processor.
record Haproxy(String program) implements Peer {
    @Override
    public String name() {
        return "HAProxy";
    }

    @Override
    public String version() {
        return Programs.firstLine(program, "-v").replaceAll("HAProxy version (\\S+).*", "$1");
    }

    @Override
    public List<String> command(Site site) throws IOException {
        Path config = Files.writeString(site.dir().resolve("haproxy.cfg"), config(site));
        return List.of(program, "-db", "-f", config.toString());
    }

    private static String config(Site site) {
        String servers = site.instances().stream()
                .map(port -> "    server s%1$d 127.0.0.1:%1$d".formatted(port))
                .collect(Collectors.joining("\n"));
        return """
                global
                    maxconn 4000
                    log stdout format raw local0

                defaults
                    mode http
                    log global
                    option httplog
                    option forwardfor
                    option redispatch 1
                    http-reuse always
                    retries 2
                    retry-on conn-failure empty-response response-timeout 502 503 504
                    timeout connect 500ms
                    timeout client 30s
                    timeout server 3s

                frontend clients
                    bind 127.0.0.1:%1$d backlog 4096
                    unique-id-format %%{+X}o%%ci%%cp%%Ts%%rt
                    unique-id-header X-Request-Id
                    use_backend stringsvc if { path_beg /stringsvc/ }

                backend stringsvc
                    balance roundrobin
                    http-request replace-path /stringsvc(/.*) \\1
                %2$s
                """.formatted(site.port(), servers);
    }
}
