package dev.stringsvc.consul.registration;

import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one instance registered: it checks regularly that the agent still has the instance at its
/// current address, and registers it again if not. It retries for ever, and logs the first failure and
/// the recovery only. One thread makes all calls, so no registration can follow the deregistration.
public final class Registrar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

    /// Long enough for a call in flight and the deregistration to reach their timeouts.
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final Agent agent;
    private final Instance.Source source;
    private final Pace pace;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private boolean registered;
    private @Nullable String registeredId;
    private @Nullable String trouble;
    private int failures;

    Registrar(Agent agent, Instance.Source source, Pace pace) {
        this.agent = agent;
        this.source = source;
        this.pace = pace;
        this.thread = VitalThread.virtual("registrar", () -> closing.getCount() == 0, this::run);
    }

    /// Starts to register on a new thread, and returns at once.
    public static Registrar start(Agent agent, Instance.Source source, Pace pace) {
        var registrar = new Registrar(agent, source, pace);
        registrar.thread.start();
        return registrar;
    }

    private void run() {
        try {
            Duration wait;
            do {
                wait = round();
            } while (!closing.await(wait.toNanos(), TimeUnit.NANOSECONDS));
            deregister();
        } catch (InterruptedException e) {
            LOG.warn("registration was interrupted", e);
        }
    }

    /// Checks the registration once and repairs it. Returns how long to wait before the next round.
    Duration round() {
        try {
            Instance instance = source.current();
            if (!registered || !agent.knows(instance)) {
                register(instance);
            } else if (trouble != null) {
                LOG.info("Consul answers again and still has {} at {}", instance.id(), instance.location());
            }
            trouble = null;
            failures = 0;
            return pace.next();
        } catch (IOException | RuntimeException e) {
            logOnce(e);
            return pace.afterFailure(++failures);
        }
    }

    private void register(Instance instance) throws IOException {
        if (closing.getCount() == 0) {
            return;
        }
        registeredId = instance.id();
        agent.register(instance);
        LOG.info(
                "{} in Consul as {} at {}",
                registered ? "Consul had lost this instance, or the token has changed: registered again" : "registered",
                instance.id(),
                instance.location());
        registered = true;
    }

    private void logOnce(Exception e) {
        String sentence = String.valueOf(e.getMessage());
        if (sentence.equals(trouble)) {
            return;
        }
        trouble = sentence;
        String state = registered
                ? "cannot check that this instance is still registered in Consul"
                : "not registered in Consul yet";
        if (e instanceof IOException) {
            LOG.warn("{}; the service goes on and retries: {}", state, sentence);
        } else {
            LOG.warn("{}; the service goes on and retries", state, e);
        }
    }

    private void deregister() {
        String id = registeredId;
        if (id == null) {
            return;
        }
        try {
            agent.deregister(id);
            LOG.info("deregistered {} from Consul", id);
        } catch (IOException | RuntimeException e) {
            LOG.warn("could not deregister {} from Consul, stopping without it: {}", id, e.getMessage());
        }
    }

    /// Stops registering and deregisters. Returns once that is done, and after four seconds at the
    /// latest.
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("Consul did not answer in time to deregister, stopping without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
