package dev.stringsvc.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/// Clients that send one request after another until they are stopped, one client for each connection.
/// They pause briefly between requests, because the programs under test share the machine with them and
/// some are just starting.
final class Load implements AutoCloseable {
    private static final int MOST_FAILURES = 1_000;
    private static final Duration PAUSE = Duration.ofMillis(60);
    private static final int OK = 200;

    private record Sample(long startedAt, long took) {}

    private final Call call;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final LongAdder requests = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder asPromised = new LongAdder();
    private final List<Thread> clients = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile Predicate<String> promised = _ -> false;
    private volatile long begin = System.nanoTime();
    private volatile long mark = begin;
    private volatile boolean stopped;

    private Load(Call call) {
        this.call = call;
    }

    /// Starts the clients.
    static Load on(int connections, GatewayProcess gateway, Call call) {
        var load = new Load(call);
        var request = HttpRequest.newBuilder(gateway.uri(call.path()))
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(call.json()))
                .build();
        for (int i = 0; i < connections; i++) {
            load.clients.add(Thread.ofVirtual().start(() -> load.run(request)));
        }
        return load;
    }

    private void run(HttpRequest request) {
        while (!stopped) {
            send(request);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void send(HttpRequest request) {
        long start = System.nanoTime();
        requests.increment();
        try {
            check(http.send(request, BodyHandlers.ofString()));
            answers.increment();
        } catch (IOException e) {
            failed(e.getCause() == null ? e.toString() : e + ", by " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        samples.add(new Sample(start, System.nanoTime() - start));
    }

    private void check(HttpResponse<String> response) {
        if (response.statusCode() != OK) {
            failed(response.statusCode() + " " + response.body());
        } else if (!call.answeredBy(response.body())) {
            failed("a 200 that looks complete and is not: " + response.body());
        }
    }

    private void failed(String how) {
        if (promised.test(how)) {
            asPromised.increment();
            return;
        }
        failed.increment();
        if (failures.size() < MOST_FAILURES) {
            failures.add(how);
        }
    }

    /// From now on, failures that the documentation promises do not count as such.
    void promise(Predicate<String> failure) {
        promised = failure;
    }

    long requests() {
        return requests.sum();
    }

    /// The number of answers so far, of any status.
    long answers() {
        return answers.sum();
    }

    /// The number of promised failures.
    long asPromised() {
        return asPromised.sum();
    }

    /// Waits for this number of further answers.
    Load awaitMore(long count) {
        long goal = answers() + count;
        await().atMost(Cluster.PATIENCE).until(() -> answers() >= goal);
        return this;
    }

    /// Lets the clients continue for a time.
    void goOnFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        await().atMost(time.plus(Cluster.PATIENCE)).until(() -> System.nanoTime() - end >= 0);
    }

    /// Requests that were neither answered correctly nor failed as promised.
    List<String> failures() {
        return List.copyOf(failures);
    }

    long failed() {
        return failed.sum();
    }

    /// Starts to measure the worst latency.
    void mark() {
        mark = System.nanoTime();
    }

    /// Starts to measure latencies for the row. By now all programs are warm.
    void begin() {
        mark();
        begin = mark;
    }

    /// The longest latency since [#mark].
    Duration worst() {
        return worstSince(mark);
    }

    /// The longest latency since [#begin].
    Duration worstOfAll() {
        return worstSince(begin);
    }

    private Duration worstSince(long since) {
        return Duration.ofNanos(latencies(since).max().orElse(0));
    }

    /// The 99th percentile of these loads' latencies since [#begin].
    static Duration p99(List<Load> loads) {
        long[] sorted = loads.stream()
                .flatMapToLong(load -> load.latencies(load.begin))
                .sorted()
                .toArray();
        return sorted.length == 0 ? Duration.ZERO : Duration.ofNanos(sorted[(sorted.length - 1) * 99 / 100]);
    }

    /// In ns.
    private LongStream latencies(long since) {
        return samples.stream()
                .filter(sample -> sample.startedAt() - since >= 0)
                .mapToLong(Sample::took);
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

    @Override
    public void close() {
        stop();
        http.close();
    }
}
