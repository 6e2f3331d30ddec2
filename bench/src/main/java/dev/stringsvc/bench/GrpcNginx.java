package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// nginx with `grpc_pass`, set up like [Nginx] otherwise.
record GrpcNginx(Nginx nginx) implements Peer {
    private static final String GRPC = """
            location / {
                        grpc_pass grpc://stringsvc;
                        grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        grpc_set_header X-Forwarded-Proto $scheme;
                        grpc_set_header X-Request-Id $request_id;
                        grpc_connect_timeout 500ms;
                        grpc_read_timeout 3s;
                        grpc_next_upstream error timeout http_502 http_503 http_504 non_idempotent;
                        grpc_next_upstream_tries 3;
                        grpc_next_upstream_timeout 3s;
                    }""";

    @Override
    public String name() {
        return nginx.name();
    }

    @Override
    public String version() {
        return nginx.version();
    }

    @Override
    public List<String> command(Site site) throws IOException {
        Path config = Files.writeString(site.dir().resolve("nginx.conf"), Nginx.config(site, " http2", GRPC));
        return Nginx.command(nginx.program(), site.dir(), config);
    }

    @Override
    public void await(int port) {
        GrpcProbe.await(port);
    }
}
