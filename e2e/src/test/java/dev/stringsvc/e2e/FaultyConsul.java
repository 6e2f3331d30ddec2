package dev.stringsvc.e2e;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// A proxy between a gateway and a real Consul agent. It passes queries and answers on, or behaves like a broken
/// agent. It counts the queries. Thread-safe.
final class FaultyConsul implements AutoCloseable {
    /// How a query is answered.
    @FunctionalInterface
    private interface Fault {
        /// @return the complete answer
        String answer(String query) throws IOException;
    }

    private final ServerSocket server;
    private final int agentPort;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger queries = new AtomicInteger();
    private volatile Fault fault = this::ask;

    private FaultyConsul(ServerSocket server, int agentPort) {
        this.server = server;
        this.agentPort = agentPort;
    }

    /// Starts a proxy in front of the agent at this address.
    static FaultyConsul before(String address) {
        try {
            var server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            var consul = new FaultyConsul(server, port);
            Thread.ofVirtual().start(consul::accept);
            return consul;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /// The number of queries so far.
    int queries() {
        return queries.get();
    }

    /// Passes the agent's answers on. This ends every fault.
    void passOn() {
        behave(this::ask);
    }

    /// Closes every connection without an answer.
    void hangUp() {
        behave(_ -> {
            throw new IOException("nobody is there");
        });
    }

    /// Answers every query in the same way.
    void answer(int status, String body) {
        behave(query -> message(status, "X-Consul-Index: 7\r\nX-Consul-KnownLeader: true\r\n", body));
    }

    /// Answers with an empty list, like an agent whose servers have no leader.
    void answerWithoutLeader(String leaderField) {
        behave(query -> message(200, "X-Consul-Index: 7\r\n" + leaderField, "[]"));
    }

    /// Passes the agent's answers on with another index, without holding the query.
    void reindex(UnaryOperator<String> index) {
        behave(query -> {
            String answer = ask(query.replaceFirst("([?&])index=\\d+", "$1"));
            String field = "(?i)(X-Consul-Index: )(\\d+)";
            String now = answer.replaceFirst("(?s).*?" + field + ".*", "$2");
            return answer.replaceFirst(field, "$1" + index.apply(now));
        });
    }

    /// Sets the fault for all later queries, and cuts those that are held now.
    private void behave(Fault next) {
        fault = next;
        open.forEach(FaultyConsul::close);
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(new BufferedInputStream(socket.getInputStream()));
            if (!head.isEmpty()) {
                queries.incrementAndGet();
                socket.getOutputStream().write(fault.answer(head).getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // the gateway or the agent closed its connection: close the other one too
        } finally {
            open.remove(socket);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (head.toString().endsWith("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    /// Sends one query on a connection of its own; the answer ends when the connection ends.
    private String ask(String query) throws IOException {
        try (var agent = new Socket(InetAddress.getLoopbackAddress(), agentPort)) {
            open.add(agent);
            try {
                String asked = query.replaceFirst("(?i)\r\nConnection: [^\r]*", "")
                        .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
                agent.getOutputStream().write(asked.getBytes(StandardCharsets.ISO_8859_1));
                byte[] answer = agent.getInputStream().readAllBytes();
                if (answer.length == 0) {
                    throw new IOException("no answer");
                }
                return new String(answer, StandardCharsets.ISO_8859_1);
            } finally {
                open.remove(agent);
            }
        }
    }

    private static String message(int status, String fields, String body) {
        return "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(status, fields, body.length(), body);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(FaultyConsul::close);
    }
}
