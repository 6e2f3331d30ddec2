package dev.stringsvc.users.users;

import dev.stringsvc.examples.program.Program;

/// Runs one instance of users until a signal stops it.
final class Main {
    private Main() {}

    static void main(String[] args) throws InterruptedException {
        System.exit(Program.run(new UsersOptions(), args));
    }
}
