package dev.stringsvc.testkit.run;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// The output of `make run`. Each line has the name of its program in front, in that program's colour.
/// Thread-safe.
final class Console {
    private static final int RED = 31;
    private static final int COLOURS = 6;

    private final PrintStream out;
    private final boolean colours;
    private final List<String> names;
    private final int width;

    /// @param names the names of all programs, in the order in which they get their colours
    Console(PrintStream out, boolean colours, List<String> names) {
        this.out = out;
        this.colours = colours;
        this.names = names;
        this.width = names.stream().mapToInt(String::length).max().orElse(0);
    }

    /// Prints the lines of a program.
    Consumer<String> of(String name) {
        String prefix = ("%-" + width + "s | ").formatted(name);
        int colour = RED + (names.indexOf(name) + 1) % COLOURS;
        String shown = colours ? "\033[%dm%s\033[0m".formatted(colour, prefix) : prefix;
        return line -> out.println(shown + line);
    }

    /// Prints a line of the launcher itself.
    void say(String sentence) {
        out.println("run: " + sentence);
    }

    void print(String text) {
        out.println(text);
    }
}
