package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.testkit.Ports;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Where the services of a plan register. It is started first and stopped last.
interface Registry {
    String name();

    /// Starts it, and passes each line of its log to `output`. Sets the variables that tell other
    /// programs where it is. Returns at once.
    Started start(Map<String, String> environment, Consumer<String> output);

    /// @param url where it can be reached
    /// @param ready   waits until it answers; throws [AssertionError] if it does not
    /// @param cleanUp removes what it leaves behind after its end
    /// @param ui      finds out the address of a page for people, if there is one
    record Started(Running program, String url, Runnable ready, Runnable cleanUp, Supplier<Optional<String>> ui) {}

    /// A new Consul agent.
    record Consul() implements Registry {
        private static final int PORT = 8500;
        private static final String UI = "/ui/";

        /// Lines of the log that are not shown: the banner after the first line, messages when it
        /// is stopped, and the one that it repeats each second after a service was killed.
        private static final Pattern NOISE = Pattern.compile(
                "^ {7}|^==> (Log|Consul)|^$|serf: Shutdown without a Leave|context canceled|Check is now critical");

        @Override
        public String name() {
            return "consul";
        }

        @Override
        public Started start(Map<String, String> environment, Consumer<String> output) {
            // these variables belong to another Consul
            environment.keySet().removeIf(variable -> variable.startsWith("CONSUL_"));
            var agent = ConsulAgent.launch(Ports.freeFrom(PORT), line -> {
                if (!NOISE.matcher(line).find()) {
                    output.accept(line);
                }
            });
            environment.put("CONSUL_HTTP_ADDR", agent.address());
            String url = "http://" + agent.address();
            // a leader exits with 1 even after an orderly stop
            return new Started(
                    new Running(name(), agent.process(), 1, output),
                    url,
                    agent::awaitLeader,
                    () -> {},
                    () -> Http.get(agent.port(), UI).map(page -> url + UI));
        }
    }

    /// A new etcd, whose data is lost when it stops.
    record Etcd() implements Registry {
        private static final int PORT = 2379;
        /// A line of the log that is not shown, because authentication is off.
        private static final Pattern NOISE = Pattern.compile("simple token is not cryptographically signed");

        @Override
        public String name() {
            return "etcd";
        }

        @Override
        public Started start(Map<String, String> environment, Consumer<String> output) {
            // these variables belong to another etcd
            environment.keySet().removeIf(variable -> variable.startsWith("ETCDCTL_"));
            var server = EtcdServer.launch(Ports.freeFrom(PORT), line -> {
                if (!NOISE.matcher(line).find()) {
                    output.accept(line);
                }
            });
            environment.put("ETCDCTL_ENDPOINTS", server.address());
            // etcd ends itself by the signal that stops it
            return new Started(
                    new Running(name(), server.process(), 143, output),
                    "http://" + server.address(),
                    server::awaitReady,
                    server::close,
                    Optional::empty);
        }
    }
}
