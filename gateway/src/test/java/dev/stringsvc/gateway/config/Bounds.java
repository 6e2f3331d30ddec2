package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/// The bounds of a number in the configuration, found by asking the loader which values it accepts.
final class Bounds {
    private static final int FAR = 2_000_000_000;
    private static final int NEAR = 100;
    private static final double LITTLE = 1e-6;
    /// The bounds that numbers with a fraction have, if any.
    private static final List<Integer> LIMITS = List.of(1, 100);
    /// Configurations with one element of a kind, and where that is.
    private static final Map<String, Sample> SAMPLES = Map.of(
            "", new Sample("{}", ""),
            "route", new Sample("{routes: [{path: /a, service: s}]}", "/routes/0"),
            "redirect", new Sample("{routes: [{path: /a, redirect: {to: /b}}]}", "/routes/0/redirect"),
            "respond", new Sample("{routes: [{path: /a, respond: {}}]}", "/routes/0/respond"),
            "canary", new Sample("{routes: [{path: /a, service: s, canary: {tag: t}}]}", "/routes/0/canary"),
            "service", new Sample("{services: {s: {}}}", "/services/s"));

    private final Sample sample;
    private final String pointer;

    private record Sample(String yaml, String at) {}

    Bounds(String kind, String pointer) {
        this.sample = Objects.requireNonNull(SAMPLES.get(kind));
        this.pointer = pointer;
    }

    /// Adds the bounds to the schema of a number.
    ObjectNode of(ObjectNode schema) {
        return schema.path("type").asText().equals("integer") ? integer(schema) : fraction(schema);
    }

    private boolean accepts(JsonNode value) {
        try {
            ObjectNode config = Yaml.parse(sample.yaml(), "sample").tree();
            int slash = pointer.lastIndexOf('/');
            String parent = sample.at() + pointer.substring(0, slash);
            (parent.isEmpty() ? config : config.withObject(parent)).set(pointer.substring(slash + 1), value);
            var _ = ConfigLoader.load(Optional.empty(), config);
            return true;
        } catch (ConfigException e) {
            return false;
        }
    }

    private boolean accepts(int value) {
        return accepts(IntNode.valueOf(value));
    }

    private ObjectNode integer(ObjectNode schema) {
        int some =
                IntStream.of(1, 10, 100, 302).filter(this::accepts).findFirst().orElseThrow();
        if (!accepts(-FAR)) {
            schema.put("minimum", edge(some, -FAR));
        }
        if (!accepts(FAR)) {
            schema.put("maximum", edge(some, FAR));
        }
        int least = schema.path("minimum").asInt();
        int most = schema.path("maximum").asInt();
        List<Integer> near = most - least > NEAR * 10
                ? List.of()
                : IntStream.rangeClosed(least - NEAR, most + NEAR)
                        .filter(this::accepts)
                        .boxed()
                        .toList();
        if (!near.isEmpty() && near.size() != most - least + 1) { // there are gaps
            schema.remove(List.of("minimum", "maximum"));
            ArrayNode allowed = schema.putArray("enum");
            near.forEach(allowed::add);
        }
        return schema;
    }

    /// The last accepted value on the way from an accepted to a refused one.
    private int edge(int accepted, int refused) {
        int in = accepted;
        int out = refused;
        while (Math.abs((long) out - in) > 1) {
            int middle = (int) (((long) in + out) / 2);
            if (accepts(middle)) {
                in = middle;
            } else {
                out = middle;
            }
        }
        return in;
    }

    private boolean accepts(double value) {
        return accepts(DoubleNode.valueOf(value));
    }

    private ObjectNode fraction(ObjectNode schema) {
        if (!accepts(-1.0)) {
            schema.put(accepts(0.0) ? "minimum" : "exclusiveMinimum", 0);
        }
        for (int limit : LIMITS) {
            if (accepts(limit - LITTLE) && !accepts(limit + LITTLE)) {
                schema.put(accepts((double) limit) ? "maximum" : "exclusiveMaximum", limit);
            }
        }
        return schema;
    }
}
