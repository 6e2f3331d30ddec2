package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The configuration of an nginx that plays instances of a gRPC service: it answers every call with a
/// message and the status OK, over HTTP/2 without TLS.
final class GrpcBackends {
    /// The path of the only method.
    static final String PATH = "/bench.Calls/Call";
    /// What it takes and answers, without the five bytes in front: the string "hello" in field 1.
    private static final byte[] CONTENT = {0x0A, 5, 'h', 'e', 'l', 'l', 'o'};
    private static final int PREFIX = 5;

    private GrpcBackends() {}

    static byte[] content() {
        return CONTENT.clone();
    }

    /// A message as it is sent: a byte that says that it is not compressed, its length in four, and its
    /// content.
    static byte[] message() {
        var message = new byte[PREFIX + CONTENT.length];
        message[PREFIX - 1] = (byte) CONTENT.length;
        System.arraycopy(CONTENT, 0, message, PREFIX, CONTENT.length);
        return message;
    }

    /// `mirror` reads the whole request first: without it nginx answers before the message arrived, and
    /// resets the stream. A file takes no POST, so the 405 becomes the answer.
    static String config(Path dir, List<Integer> ports, int countPort) throws IOException {
        Path message = Files.write(dir.resolve("message"), message());
        String listen = ports.stream()
                .map(port -> "listen 127.0.0.1:" + port + " http2 backlog=4096;")
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
                    keepalive_requests 100000000;
                    keepalive_timeout 1h;
                    open_file_cache max=8 inactive=1h;
                    open_file_cache_valid 1h;
                    server {
                        listen 127.0.0.1:%3$d;
                        stub_status;
                    }
                    server {
                        %4$s
                        location = %5$s {
                            alias %6$s;
                            mirror /read;
                            error_page 405 =200 /answer;
                        }
                        location = /read {
                            internal;
                            return 204;
                        }
                        location = /answer {
                            internal;
                            alias %6$s;
                            default_type application/grpc;
                            add_trailer grpc-status 0;
                        }
                    }
                }
                """.formatted(dir, Nginx.temporaryFiles(dir), countPort, listen, PATH, message);
    }
}
