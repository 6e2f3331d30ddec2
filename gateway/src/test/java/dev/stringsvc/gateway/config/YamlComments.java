package dev.stringsvc.gateway.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The comments of a YAML file by the key that they describe: those in the lines above it, and the one
/// behind it. A line `## key: text` describes a key that the file cannot hold, since it has no default.
/// Comments that are indented within themselves, such as examples, are left out.
final class YamlComments {
    private static final Pattern KEY = Pattern.compile("( *)([a-z0-9-]+):(?: (.*))?");
    private static final Pattern WITHOUT_DEFAULT = Pattern.compile("( *)## ([a-z0-9-]+): (.*)");
    private static final Pattern COMMENT = Pattern.compile(" *#( ?)(.*)");
    private static final Pattern BEHIND = Pattern.compile("(?:^|.* )# (.*)");

    private final Map<String, String> byPointer = new HashMap<>();
    private final Deque<Section> sections = new ArrayDeque<>();
    private final List<String> above = new ArrayList<>();

    private record Section(int indent, String pointer) {}

    YamlComments(String yaml) {
        yaml.lines().forEach(this::line);
    }

    /// @param pointer a JSON pointer; without lists
    Optional<String> at(String pointer) {
        return Optional.ofNullable(byPointer.get(pointer));
    }

    private void line(String line) {
        Matcher without = WITHOUT_DEFAULT.matcher(line);
        Matcher comment = COMMENT.matcher(line);
        Matcher key = KEY.matcher(line);
        if (without.matches()) {
            byPointer.put(parent(without.group(1).length()) + "/" + without.group(2), without.group(3));
        } else if (comment.matches()) {
            String text = comment.group(2);
            if (!text.startsWith(" ")
                    && !text.startsWith("- ")
                    && !comment.group(1).isEmpty()) {
                above.add(text);
            }
        } else if (key.matches()) {
            describe(key);
        } else {
            above.clear();
        }
    }

    private void describe(Matcher key) {
        int indent = key.group(1).length();
        String pointer = parent(indent) + "/" + key.group(2);
        sections.push(new Section(indent, pointer));
        Matcher behind = BEHIND.matcher(Objects.requireNonNullElse(key.group(3), ""));
        if (behind.matches()) {
            above.add(behind.group(1));
        }
        if (!above.isEmpty()) {
            byPointer.put(pointer, String.join(" ", above));
        }
        above.clear();
    }

    private String parent(int indent) {
        while (!sections.isEmpty() && sections.getFirst().indent() >= indent) {
            sections.pop();
        }
        return sections.isEmpty() ? "" : sections.getFirst().pointer();
    }
}
