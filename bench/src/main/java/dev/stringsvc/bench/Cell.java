package dev.stringsvc.bench;

import java.util.ArrayList;
import java.util.List;

/// One kind of load: one cell of the result tables.
///
/// @param connections the number of open connections; each has one request at a time
/// @param body repeated `bodyTimes` times, the body of a POST
record Cell(String name, int connections, String method, String path, String body, int bodyTimes) {
    /// The names of the two cells whose CPU times are compared.
    static final String FEW = "64 connections";

    static final String MANY = "1,000 connections";
    private static final int CONNECTIONS = 64;

    /// The sizes of the larger bodies, in bytes.
    enum Payload {
        KIB_1("1 KiB", 1 << 10),
        KIB_64("64 KiB", 1 << 16),
        MIB_1("1 MiB", 1 << 20);

        private final String words;
        private final int bytes;

        Payload(String words, int bytes) {
            this.words = words;
            this.bytes = bytes;
        }

        int bytes() {
            return bytes;
        }
    }

    /// A POST of 12 bytes that is answered with 11.
    private static Cell small(String name, int connections) {
        return new Cell(name, connections, "POST", "/stringsvc/uppercase", "{\"s\": \"foo\"}", 1);
    }

    /// The cell in which everything is measured.
    static Cell standard() {
        return small("64 connections, 3 instances", CONNECTIONS);
    }

    /// Unary gRPC calls. Each connection has eight at a time.
    static Cell grpc() {
        return new Cell(
                "gRPC, 8 connections, 64 calls at a time", GrpcLoad.CONNECTIONS, "POST", GrpcBackends.PATH, "", 0);
    }

    static List<Cell> withConnections() {
        return List.of(small("1 connection", 1), small(FEW, CONNECTIONS), small(MANY, 1_000));
    }

    static Cell withManyInstances() {
        return small("100 instances", CONNECTIONS);
    }

    /// Large responses, then large requests.
    static List<Cell> withPayloads() {
        List<Cell> cells = new ArrayList<>();
        for (Payload size : Payload.values()) {
            String path = "/stringsvc" + Backends.PAYLOAD + size.bytes;
            cells.add(new Cell("answers of " + size.words, CONNECTIONS, "GET", path, "", 0));
        }
        for (Payload size : Payload.values()) {
            String path = "/stringsvc" + Backends.UPLOAD;
            cells.add(new Cell("requests of " + size.words, CONNECTIONS, "POST", path, "x", size.bytes));
        }
        return cells;
    }
}
