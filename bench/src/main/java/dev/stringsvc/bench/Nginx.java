package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// nginx with one worker per processor.
record Nginx(String program) implements Peer {
    static final String NAME = "nginx";
    private static final String HTTP = """
            location /stringsvc/ {
                        proxy_pass http://stringsvc/;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        proxy_set_header X-Forwarded-Proto $scheme;
                        proxy_set_header X-Request-Id $request_id;
                        proxy_connect_timeout 500ms;
                        proxy_read_timeout 3s;
                        proxy_next_upstream error timeout http_502 http_503 http_504 non_idempotent;
                        proxy_next_upstream_tries 3;
                        proxy_next_upstream_timeout 3s;
                    }""";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return Programs.firstLine(program, "-v").replace("nginx version: nginx/", "");
    }

    @Override
    public List<String> command(Site site) throws IOException {
        Path config = Files.writeString(site.dir().resolve("nginx.conf"), config(site, "", HTTP));
        return command(program, site.dir(), config);
    }

    static List<String> command(String program, Path dir, Path config) {
        return List.of(program, "-p", dir.toString(), "-e", "stderr", "-c", config.toString());
    }

    /// Configuration lines that put nginx's temporary files into `dir`.
    static String temporaryFiles(Path dir) {
        return Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(kind -> "    %1$s_temp_path %2$s/%1$s;".formatted(kind, dir))
                .collect(Collectors.joining("\n"));
    }

    /// @param listen further words of the line `listen`
    /// @param location the only location
    static String config(Site site, String listen, String location) {
        String servers = site.instances().stream()
                .map(port -> "server 127.0.0.1:" + port + ";")
                .collect(Collectors.joining("\n        "));
        return """
                daemon off;
                worker_processes auto;
                pid %1$s/pid;
                error_log stderr warn;
                events {
                    worker_connections 8192;
                }
                http {
                %2$s
                    log_format timed '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent '
                                     '$request_time $upstream_addr $upstream_response_time $request_id';
                    access_log %3$s timed buffer=64k flush=1s;
                    keepalive_requests 100000000;
                    client_max_body_size 8m;
                    upstream stringsvc {
                        %4$s
                        keepalive 1024;
                        keepalive_requests 100000000;
                    }
                    server {
                        listen 127.0.0.1:%5$d%6$s backlog=4096;
                        %7$s
                    }
                }
                """.formatted(
                        site.dir(), temporaryFiles(site.dir()), site.log(), servers, site.port(), listen, location);
    }
}
