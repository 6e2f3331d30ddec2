package dev.stringsvc.users.notificator;

import dev.stringsvc.users.shared.Options;
import dev.stringsvc.users.shared.Program;
import picocli.CommandLine.Command;

/// Runs one instance of notificator until a signal stops it.
final class Main {
    private Main() {}

    @Command(
            name = "notificator",
            description = "Serves the gRPC service pb.Notificator, with health and reflection, and keeps itself"
                    + " registered in etcd.")
    private static final class NotificatorOptions extends Options {
        @Override
        protected int defaultPort() {
            return 8082;
        }
    }

    static void main(String[] args) throws InterruptedException {
        System.exit(Program.run(new NotificatorOptions(), args, Notificator::start));
    }
}
