package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Parses YAML, and binds it to records.
final class Yaml {
    private static final YAMLMapper MAPPER = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .addModule(new SimpleModule()
                    .setDeserializerModifier(KnownKeys.modifier())
                    .addDeserializer(Duration.class, new Durations())
                    .addDeserializer(HostPort.class, new TextReader<>(HostPort.class, HostPort::parse))
                    .addDeserializer(Secret.class, new TextReader<>(Secret.class, Secret::new))
                    .addDeserializer(RouteTable.class, new RouteTables())
                    .addDeserializer(Route.class, new RouteReader()))
            .addModule(new Jdk8Module())
            .build();

    private Yaml() {}

    /// A file's tree, and where its keys stand.
    record Parsed(ObjectNode tree, Positions positions) {}

    /// Reads keys and values; an empty text has none.
    ///
    /// @param name of the file, for messages
    static Parsed parse(String text, String name) throws ConfigException {
        try (var parser = new Positions.Recorder(MAPPER.getFactory().createParser(text))) {
            JsonNode tree = MAPPER.readTree(parser);
            while (parser.nextToken() != null) {} // refuses a second document
            if (tree == null || tree.isMissingNode() || tree.isNull()) {
                return new Parsed(emptyTree(), parser.positions());
            }
            if (tree instanceof ObjectNode keys) {
                return new Parsed(keys, parser.positions());
            }
            throw new ConfigException(name + ":1: expected keys and values, such as `port: 8080`");
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new ConfigException("%s:%d: %s".formatted(name, line, inOneLine(e.getOriginalMessage())), e);
        } catch (IOException e) {
            throw new IllegalStateException(e); // a text has been read
        }
    }

    /// The YAML parser's words without its excerpts of the file, which are indented, and without what
    /// it takes for a tag: either may be part of a secret.
    private static String inOneLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                .map(line -> line.replaceFirst("(undefined tag handle) .*", "$1"))
                .collect(Collectors.joining(": "));
    }

    static <T> T bind(JsonNode tree, Class<T> type) throws JsonProcessingException {
        return MAPPER.treeToValue(tree, type);
    }

    static ObjectNode emptyTree() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// What an enum's constants are called in a file.
    static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> MAPPER.valueToTree(constant).textValue())
                .toList();
    }
}
