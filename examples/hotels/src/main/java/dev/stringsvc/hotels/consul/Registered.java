package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.registration.LocalAgent;
import dev.stringsvc.consul.registration.Pace;
import dev.stringsvc.consul.registration.Registrar;
import dev.stringsvc.examples.program.Settings;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A process's registration in Consul, until it is ended.
public final class Registered {
    private final Optional<Running> running;

    private Registered(Optional<Running> running) {
        this.running = running;
    }

    private record Running(LocalAgent agent, Registrar registrar) {
        static Running start(LocalAgent agent, Self self) {
            return new Running(agent, Registrar.start(agent, self, Pace.standard(RandomGenerator.getDefault())));
        }

        void end() {
            registrar.close();
            agent.close();
        }
    }

    /// Starts to register, unless `use` says not to, and returns at once. Consul may be away.
    ///
    /// @param port the port that the process listens on
    public static Registered start(ConsulUse use, Settings settings, Role role, int port) {
        return new Registered(use.registration()
                .map(how -> Running.start(
                        new LocalAgent(use.consul()), new Self(settings, use.consul(), how, role, port))));
    }

    /// Deregisters.
    public void end() {
        running.ifPresent(Running::end);
    }
}
