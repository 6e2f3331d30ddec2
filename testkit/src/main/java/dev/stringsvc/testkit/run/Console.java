package dev.stringsvc.testkit.run;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// What the user sees: each program's lines behind its name, in a colour of its own. Safe for use by many threads.
final class Console {
    private static final int RED = 31;
    private static final int COLOURS = 6;

    private final PrintStream out;
    private final boolean colours;
    private final List<String> names;
    private final int width;

    /// @param names of all programs, in the order in which they get their colours
    Console(PrintStream out, boolean colours, List<String> names) {
        this.out = out;
        this.colours = colours;
        this.names = names;
        this.width = names.stream().mapToInt(String::length).max().orElse(0);
    }

    /// Takes the lines of a program.
    Consumer<String> of(String name) {
        String prefix = ("%-" + width + "s | ").formatted(name);
        int colour = RED + (names.indexOf(name) + 1) % COLOURS;
        String shown = colours ? "\033[%dm%s\033[0m".formatted(colour, prefix) : prefix;
        return line -> out.println(shown + line);
    }

    /// A line of the launcher's own.
    void say(String sentence) {
        out.println("run: " + sentence);
    }

    void print(String text) {
        out.println(text);
    }
}
