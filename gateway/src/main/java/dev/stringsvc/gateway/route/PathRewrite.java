package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.RequestTarget;
import java.util.Map;
import java.util.Objects;

/// What path an instance is asked for.
public sealed interface PathRewrite {
    /// The path as it came.
    PathRewrite NONE = new Keep();

    /// @param strip what is removed from the front of the path; nothing where it is empty
    /// @param replacement what replaces that which the route's path describes, with its variables in braces;
    /// nothing where it is empty
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    static PathRewrite parse(String strip, String replacement) {
        Check.that(strip.isEmpty() || replacement.isEmpty(), "rewrite", "not both strip-prefix and rewrite");
        if (!replacement.isEmpty()) {
            Check.that(replacement.startsWith("/"), "rewrite", "an absolute path such as /v2/users");
            Template template = Template.parse(replacement);
            String sample = template.fill(name -> "x").replace("{", "").replace("}", "");
            Check.that( // braces are looked at where the variables are known
                    RequestTarget.isPlain(sample),
                    "rewrite",
                    "a path as it is in a URL, without a query, dot segments or two slashes in a row");
            return new Replace(template);
        }
        if (strip.isEmpty()) {
            return NONE;
        }
        Check.that(strip.startsWith("/"), "strip-prefix", "the route's path or a parent of it");
        return new Strip(PathPattern.parse(strip, false));
    }

    /// @throws IllegalArgumentException when it cannot be with a route of that path
    void checkOn(PathPattern path);

    /// @param path one that the pattern matches without parameters, percent-encoded; so is what is returned
    String apply(PathPattern pattern, String path);

    /// What [#apply] takes off the front of a path, without a slash at its end; empty where it takes nothing off.
    ///
    /// @param path one that the route's pattern matches
    String stripped(String path);

    /// As it is configured, or empty.
    String strip();

    /// As it is configured, or empty.
    String replacement();

    /// Changes nothing.
    record Keep() implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {}

        @Override
        public String apply(PathPattern pattern, String path) {
            return path;
        }

        @Override
        public String stripped(String path) {
            return "";
        }

        @Override
        public String strip() {
            return "";
        }

        @Override
        public String replacement() {
            return "";
        }
    }

    /// Removes a prefix of whole segments.
    record Strip(PathPattern prefix) implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {
            Check.that(path.beginsWith(prefix), "strip-prefix", "the path '" + path + "' or a parent of it");
        }

        @Override
        public String apply(PathPattern pattern, String path) {
            String rest = path.substring(prefix.endBeforeParameters(path));
            if (rest.startsWith("/")) {
                return rest;
            }
            int slash = rest.indexOf('/');
            return slash < 0 ? "/" + rest : rest.substring(slash); // parameters go with the segment that they belong to
        }

        @Override
        public String stripped(String path) {
            return path.substring(0, prefix.endBeforeParameters(path));
        }

        @Override
        public String strip() {
            return prefix.toString();
        }

        @Override
        public String replacement() {
            return "";
        }
    }

    /// Replaces what the route's path describes and keeps what follows.
    record Replace(Template template) implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {
            template.checkNames("rewrite", path.variables());
        }

        @Override
        public String apply(PathPattern pattern, String path) {
            Map<String, String> values = pattern.values(path);
            String front = template.fill(name -> Objects.requireNonNull(values.get(name)));
            String rest = path.substring(pattern.endBeforeParameters(path));
            boolean twice = front.endsWith("/") && rest.startsWith("/");
            return twice ? front + rest.substring(1) : front + rest;
        }

        @Override
        public String stripped(String path) {
            return "";
        }

        @Override
        public String strip() {
            return "";
        }

        @Override
        public String replacement() {
            return template.toString();
        }
    }
}
