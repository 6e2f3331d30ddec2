package dev.stringsvc.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// Many difficult clients at once, each with one connection and one request. Thread-safe.
final class Crowd implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 30_000;

    /// Small, so that a client that does not read soon blocks the gateway's writes.
    private static final int RECEIVE_BUFFER = 4 * 1024;

    private static final byte[] PIECE = "x".repeat(64 * 1024).getBytes(ISO_8859_1);

    /// What one client does with its connection.
    @FunctionalInterface
    private interface Manner {
        void use(Socket socket) throws IOException, InterruptedException;
    }

    /// The answer that a client got.
    private record Answer(int status, boolean retryAfter, Duration took) {}

    private final int size;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger disconnected = new AtomicInteger();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> clients = new ArrayList<>();

    private Crowd(int size, int port) {
        this.size = size;
        this.port = port;
    }

    /// Clients that send the head of their request at one byte a second.
    static Crowd trickling(int size, int port) {
        var crowd = new Crowd(size, port);
        String head = "POST " + Call.UPPERCASE.path() + " HTTP/1.1\r\nX-Long: " + "x".repeat(600);
        return crowd.start(socket -> crowd.trickle(socket, head));
    }

    /// Clients that send the head and one byte of the body at once, and the rest at one byte a second.
    /// A thousand of them start per second.
    static Crowd tricklingBodies(int size, int port) {
        var crowd = new Crowd(size, port);
        var turn = new AtomicInteger();
        return crowd.start(socket -> {
            if (!crowd.end.await(turn.getAndIncrement(), TimeUnit.MILLISECONDS)) {
                ask(socket, Call.UPPERCASE.path(), 601, "x");
                crowd.trickle(socket, "x".repeat(600));
            }
        });
    }

    /// Clients that send a request and do not read the answer.
    static Crowd deaf(int size, int port, String path) {
        var crowd = new Crowd(size, port);
        return crowd.start(socket -> {
            ask(socket, path, 2, "{}");
            crowd.end.await();
        });
    }

    /// Clients that send a long body as fast as the gateway reads it.
    static Crowd uploading(int size, int port, String path, long length) {
        var crowd = new Crowd(size, port);
        return crowd.start(socket -> {
            OutputStream out = socket.getOutputStream();
            ask(socket, path, length, "");
            for (long sent = 0; sent < length; sent += PIECE.length) {
                out.write(PIECE);
            }
            crowd.readAnswer(socket, System.nanoTime());
        });
    }

    /// Clients that send a call.
    static Crowd asking(int size, int port, Call call) {
        var crowd = new Crowd(size, port);
        return crowd.start(socket -> {
            long start = System.nanoTime();
            ask(socket, call.path(), call.json().length(), call.json());
            crowd.readAnswer(socket, start);
        });
    }

    private static void ask(Socket socket, String path, long length, String begin) throws IOException {
        String head = "POST %s HTTP/1.1\r\nHost: crowd\r\nContent-Length: %d\r\n\r\n".formatted(path, length);
        socket.getOutputStream().write((head + begin).getBytes(ISO_8859_1));
    }

    private Crowd start(Manner manner) {
        for (int i = 0; i < size; i++) {
            clients.add(Thread.ofVirtual().start(() -> run(manner)));
        }
        return this;
    }

    private void run(Manner manner) {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(RECEIVE_BUFFER);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
            open.add(socket);
            connected.incrementAndGet();
            manner.use(socket);
        } catch (IOException e) {
            // closed by the gateway, or by the end of the crowd
            failures.computeIfAbsent(String.valueOf(e.getMessage()), _ -> new LongAdder())
                    .increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Sends the text at one byte a second, until a write fails because the gateway has closed the
    /// connection.
    private void trickle(Socket socket, String text) throws IOException, InterruptedException {
        try {
            for (int i = 0; i < text.length() && !end.await(1, TimeUnit.SECONDS); i++) {
                socket.getOutputStream().write(text.charAt(i));
            }
        } finally {
            disconnected.incrementAndGet();
        }
    }

    private void readAnswer(Socket socket, long start) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        String first = in.readLine();
        if (first == null) {
            return;
        }
        boolean retryAfter = false;
        for (String field = in.readLine(); field != null && !field.isEmpty(); field = in.readLine()) {
            retryAfter |= field.toLowerCase(Locale.ROOT).startsWith("retry-after:");
        }
        answers.add(new Answer(
                Integer.parseInt(first.split(" ", -1)[1]), retryAfter, Duration.ofNanos(System.nanoTime() - start)));
    }

    int size() {
        return size;
    }

    int connected() {
        return connected.get();
    }

    /// The number of clients whose connection the gateway has closed.
    int disconnected() {
        return disconnected.get();
    }

    long answered(int status) {
        return answers.stream().filter(answer -> answer.status() == status).count();
    }

    /// How many clients got which status, and how many failed and why: for test reports.
    @Override
    public String toString() {
        return answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting())) + ", " + connected
                + " connected, " + failures;
    }

    long toldWhenToComeBack() {
        return answers.stream().filter(Answer::retryAfter).count();
    }

    Duration slowest(int status) {
        return answers.stream()
                .filter(answer -> answer.status() == status)
                .map(Answer::took)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// Closes all connections.
    void leave() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        end.countDown();
        leave();
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
