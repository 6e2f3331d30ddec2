package dev.stringsvc.users.users;

import dev.stringsvc.program.Environment;
import dev.stringsvc.users.etcd.EtcdOptions;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line of users.
@Command(
        name = "users",
        description = "Serves POST /create, calls notificator for each user, and keeps itself registered in etcd.")
final class UsersOptions extends EtcdOptions {
    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description = "the longest wait for notificator, on all its instances together [${DEFAULT-VALUE}]")
    private Duration timeout = Duration.ZERO;

    @Override
    protected int defaultPort() {
        return 8083;
    }

    @Override
    protected Start prepare(Environment environment) {
        var settings = serving();
        var needs = new Users.Needs(etcd(environment), timeout);
        return calls -> Users.start(settings, needs, calls);
    }
}
