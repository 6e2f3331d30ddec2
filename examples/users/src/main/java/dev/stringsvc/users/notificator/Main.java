package dev.stringsvc.users.notificator;

import dev.stringsvc.examples.program.Program;
import dev.stringsvc.program.Environment;
import dev.stringsvc.users.etcd.EtcdOptions;
import picocli.CommandLine.Command;

/// Runs one instance of notificator until a signal stops it.
final class Main {
    private Main() {}

    @Command(
            name = "notificator",
            description = "Serves the gRPC service pb.Notificator, with health and reflection, and keeps itself"
                    + " registered in etcd.")
    private static final class NotificatorOptions extends EtcdOptions {
        @Override
        protected int defaultPort() {
            return 8082;
        }

        @Override
        protected Start prepare(Environment environment) {
            var settings = serving();
            var etcd = etcd(environment);
            return calls -> Notificator.start(settings, etcd, calls);
        }
    }

    static void main(String[] args) throws InterruptedException {
        System.exit(Program.run(new NotificatorOptions(), args));
    }
}
