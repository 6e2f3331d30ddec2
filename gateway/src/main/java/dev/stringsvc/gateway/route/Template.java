package dev.stringsvc.gateway.route;

import dev.stringsvc.program.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A text with `{names}` that are replaced by parts of the request.
///
/// @param parts texts and names alternately, beginning with a text
record Template(List<String> parts) {
    private static final Pattern NAME = Pattern.compile("\\{([^{}]*)}");

    static Template parse(String text) {
        List<String> parts = new ArrayList<>();
        Matcher name = NAME.matcher(text);
        int end = 0;
        while (name.find()) {
            parts.add(text.substring(end, name.start()));
            parts.add(name.group(1));
            end = name.end();
        }
        parts.add(text.substring(end));
        return new Template(List.copyOf(parts));
    }

    /// @throws IllegalArgumentException when it contains an unknown name, or a brace that belongs to no
    /// name
    void checkNames(String key, Set<String> known) {
        String expected = known.isEmpty()
                ? "no braces, since the path has no variables"
                : known.stream().sorted().map(name -> "{" + name + "}").collect(Collectors.joining(", "))
                        + " and nothing else in braces";
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            boolean name = i % 2 == 1;
            Check.that(name ? known.contains(part) : part.indexOf('{') + part.indexOf('}') == -2, key, expected);
        }
    }

    /// The text with each name replaced.
    String fill(UnaryOperator<String> value) {
        var text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            text.append(i % 2 == 0 ? parts.get(i) : value.apply(parts.get(i)));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return fill(name -> "{" + name + "}");
    }
}
