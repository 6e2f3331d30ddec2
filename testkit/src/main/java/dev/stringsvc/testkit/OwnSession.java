package dev.stringsvc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.stream.Stream;

/// Runs a command in its own session, with every signal at its default action. Otherwise a program that
/// a script's background job starts would ignore SIGINT, as the job does.
///
/// Neither a shell nor a JVM can undo that. So another program resets the signals and then replaces
/// itself with the command, which keeps the process id.
final class OwnSession {
    /// Works with util-linux and coreutils 8.31 or later.
    static final List<String> LINUX = List.of("setsid", "env", "--default-signal");

    static final List<String> OTHERS = List.of("perl", "-e", """
            use POSIX "setsid";
            setsid();
            $SIG{$_} = "DEFAULT" for grep { ($SIG{$_} // "") eq "IGNORE" } keys %SIG;
            exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\\n";
            """, "--");

    private static final class Found {
        static final List<String> PREFIX = works(LINUX) ? LINUX : OTHERS;
    }

    private OwnSession() {}

    /// The command to start instead of `command`.
    static List<String> command(List<String> command) {
        return prefixed(Found.PREFIX, command);
    }

    private static List<String> prefixed(List<String> prefix, List<String> command) {
        return Stream.concat(prefix.stream(), command.stream()).toList();
    }

    static boolean works(List<String> prefix) {
        try {
            return new ProcessBuilder(prefixed(prefix, List.of("true")))
                            .redirectOutput(Redirect.DISCARD)
                            .redirectError(Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while looking for setsid", e));
        }
    }
}
