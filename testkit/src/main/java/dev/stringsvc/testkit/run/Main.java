package dev.stringsvc.testkit.run;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Runs `make run`, the string service, or the example that the argument names: `users` or `hotels`
/// (`make users`, `make hotels`).
final class Main {
    private static final String CONSUL = "CONSUL_HTTP_ADDR";

    private Main() {}

    static void main(String[] args) {
        try {
            var environment = new HashMap<>(System.getenv());
            var plan = switch (args.length == 0 ? "" : args[0]) {
                case "users" -> users(environment);
                case "hotels" -> HotelsPlan.of(Settings.of(environment, HotelsPlan.REPLICAS));
                default -> stringsvc(environment);
            };
            var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
            boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty();
            var console = new Console(out, colours, plan.names());
            if (plan.registry().isEmpty()) {
                console.say("using the Consul at " + environment.get(CONSUL) + " (" + CONSUL + ")");
            }
            new Launcher(console, environment).run(plan);
            System.exit(0);
        } catch (RunFailure e) {
            System.err.println("run: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Plan stringsvc(Map<String, String> environment) {
        return StringsvcPlan.of(Settings.of(environment, StringsvcPlan.REPLICAS));
    }

    private static Plan users(Map<String, String> environment) {
        environment.remove(CONSUL); // not used, so it need not answer
        return UsersPlan.of(Settings.of(environment, UsersPlan.REPLICAS));
    }
}
