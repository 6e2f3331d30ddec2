package dev.stringsvc.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Clients that send one request after the other until they are stopped, as many at a time as there are
/// connections, with a short pause in between: the programs under test share the machine with them, and some of them
/// are just starting.
final class Load implements AutoCloseable {
    private static final int MOST_FAILURES = 1_000;
    private static final Duration PAUSE = Duration.ofMillis(60);

    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final LongAdder answers = new LongAdder();
    private final List<Thread> clients = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile boolean stopped;

    /// Starts the clients.
    static Load on(int connections, URI uri, String json) {
        var load = new Load();
        for (int i = 0; i < connections; i++) {
            load.clients.add(Thread.ofVirtual().start(() -> load.run(uri, json)));
        }
        return load;
    }

    private void run(URI uri, String json) {
        var request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(json))
                .build();
        while (!stopped) {
            send(request);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void send(HttpRequest request) {
        long start = System.nanoTime();
        try {
            var response = http.send(request, BodyHandlers.ofString());
            statuses.computeIfAbsent(response.statusCode(), status -> new LongAdder())
                    .increment();
            if (response.statusCode() != 200) {
                failed(response.body());
            }
            answers.increment();
        } catch (IOException e) {
            failed(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
    }

    private void failed(String how) {
        if (failures.size() < MOST_FAILURES) {
            failures.add(how);
        }
    }

    /// Answers so far.
    long answers() {
        return answers.sum();
    }

    /// Waits until so many more answers have come.
    void awaitMore(long count) {
        long goal = answers() + count;
        await().atMost(Cluster.PATIENCE).until(() -> answers() >= goal);
    }

    /// What was not answered with 200: bodies of other answers, and failures to get one.
    List<String> failures() {
        return List.copyOf(failures);
    }

    /// The statuses that came, once the clients have stopped.
    Set<Integer> statuses() {
        stop();
        return statuses.keySet();
    }

    Duration slowest() {
        return Duration.ofNanos(slowestNanos.get());
    }

    @Override
    public void close() {
        stop();
        http.close();
    }

    /// Stops the clients after their last answers.
    void stop() {
        stopped = true;
        try {
            for (Thread client : clients) {
                client.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
