package dev.stringsvc.service.registration;

import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one instance registered: registers it, looks every now and then whether the agent still knows it where it
/// is, and registers it again where the agent forgot (an agent that restarts empty asks nobody). An agent that can't
/// be reached is tried again for ever; the log tells of the first failure and of the recovery, not of each try.
///
/// One thread does all the talking, deregistration included, so no late registration can follow it.
public final class Registrar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

    /// Enough for a call in flight and the deregistration to run into their timeouts.
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

    /// Starts to register, at once and on a thread of its own.
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

    /// One look, and what follows from it. Returns how long to wait until the next.
    Duration round() {
        try {
            Instance instance = source.current();
            if (!registered || !agent.knows(instance)) {
                register(instance);
            } else if (trouble != null) {
                LOG.info("Consul answers again and still knows {} at {}", instance.id(), instance.place());
            }
            trouble = null;
            failures = 0;
            return pace.next();
        } catch (IOException | RuntimeException e) {
            tellOnce(e);
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
                registered ? "Consul had lost this instance, or its token has changed: registered again" : "registered",
                instance.id(),
                instance.place());
        registered = true;
    }

    private void tellOnce(Exception e) {
        String sentence = String.valueOf(e.getMessage());
        if (sentence.equals(trouble)) {
            return;
        }
        trouble = sentence;
        String state =
                registered ? "cannot see whether Consul still knows this instance" : "not registered in Consul yet";
        if (e instanceof IOException) {
            LOG.warn("{}, serving and trying again: {}", state, sentence);
        } else {
            LOG.warn("{}, serving and trying again", state, e);
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
            LOG.warn("could not deregister {} from Consul, going on: {}", id, e.getMessage());
        }
    }

    /// Stops registering and deregisters. Returns when that is done, or after four seconds without it.
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("Consul did not answer in time to deregister, going on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
