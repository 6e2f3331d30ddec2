package dev.stringsvc.users.users;

import dev.stringsvc.users.shared.Program;

/// Runs one instance of users until a signal stops it.
final class Main {
    private Main() {}

    static void main(String[] args) throws InterruptedException {
        var options = new UsersOptions();
        System.exit(Program.run(options, args, (settings, calls) -> Users.start(settings, options.timeout(), calls)));
    }
}
