package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Caddy, with a JSON log on its standard output. If a connection fails, it tries another instance. For that it
/// keeps bodies in memory, or else it would not send a POST a second time. It passes on an instance's 502, 503 or
/// 504, since no setting makes it retry by status.
record Caddy(String program) implements Peer {
    @Override
    public String name() {
        return "Caddy";
    }

    @Override
    public String version() {
        return Programs.firstLine(program, "version");
    }

    @Override
    public List<String> command(Site site) throws IOException {
        Path config = Files.writeString(site.dir().resolve("Caddyfile"), config(site));
        return List.of(program, "run", "--adapter", "caddyfile", "--config", config.toString());
    }

    private static String config(Site site) {
        String servers =
                site.instances().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(" "));
        return """
                {
                    admin off
                    auto_https off
                    storage file_system %1$s
                    servers {
                        timeouts {
                            read_header 10s
                            idle 60s
                        }
                    }
                }
                http://:%2$d {
                    bind 127.0.0.1
                    log {
                        output stdout
                        format json
                    }
                    handle_path /stringsvc/* {
                        reverse_proxy %3$s {
                            buffer_requests
                            lb_policy round_robin
                            lb_retries 2
                            lb_try_duration 3s
                            lb_try_interval 25ms
                            lb_retry_match {
                                method GET POST
                            }
                            header_up X-Request-Id {http.request.uuid}
                            transport http {
                                dial_timeout 500ms
                                response_header_timeout 3s
                                keepalive 60s
                                keepalive_idle_conns_per_host 1024
                                compression off
                            }
                        }
                    }
                }
                """.formatted(site.dir(), site.port(), servers);
    }
}
