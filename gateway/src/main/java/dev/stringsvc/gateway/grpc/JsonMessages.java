package dev.stringsvc.gateway.grpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Messages as JSON, by the rules of proto3. Thread-safe.
final class JsonMessages {
    /// How deeply a body may be nested.
    static final int DEEPEST = 64;

    /// A longer body is refused without the name of the field, since finding that reads it again for each
    /// level.
    private static final int LONGEST_EXPLAINED = 65_536;

    /// For what the gateway has written itself.
    private static final JsonMapper OWN = new JsonMapper();

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonFormat.Parser parser;
    private final JsonFormat.Printer printer;

    JsonMessages(TypeRegistry types) {
        parser = JsonFormat.parser().usingTypeRegistry(types);
        printer = JsonFormat.printer().usingTypeRegistry(types).omittingInsignificantWhitespace();
    }

    /// Adds a JSON body to a message.
    ///
    /// @param field that the body becomes; `null` for the whole message
    /// @throws TranscodingException if the body is not valid for that; it names the field unless the body
    /// is long
    void merge(byte[] body, @Nullable FieldDescriptor field, DynamicMessage.Builder message)
            throws TranscodingException {
        check(body);
        String text = new String(body, StandardCharsets.UTF_8);
        String json = field == null ? text : "{\"" + field.getJsonName() + "\":" + text + "}";
        try {
            parser.merge(json, message);
        } catch (InvalidProtocolBufferException | RuntimeException | StackOverflowError e) {
            String why = "The body is not valid: " + e.getMessage();
            throw TranscodingException.invalid(
                    body.length > LONGEST_EXPLAINED
                            ? why
                            : fault(tree(json), message.getDescriptorForType(), "")
                                    .orElse(why));
        }
    }

    /// Looks at the body piece by piece, which takes no memory, before it is read as a whole.
    private static void check(byte[] body) throws TranscodingException {
        try (JsonParser parser = JSON.createParser(body)) {
            int open = 0;
            for (@Nullable JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (open == 0) {
                    break;
                }
            }
            if (open != 0 || parser.nextToken() != null) {
                throw TranscodingException.invalid("The body is not JSON: it is not one value.");
            }
        } catch (JsonProcessingException e) {
            throw invalid(e);
        } catch (IOException e) {
            throw new IllegalStateException(e); // bytes have been read
        }
    }

    private static JsonNode tree(String json) throws TranscodingException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    private static TranscodingException invalid(JsonProcessingException e) {
        @Nullable JsonLocation at = e.getLocation();
        return TranscodingException.invalid(
                e instanceof StreamConstraintsException
                        ? "The body is nested too deeply, or a value in it is too long."
                        : "The body is not JSON: line %d, column %d."
                                .formatted(at == null ? 1 : at.getLineNr(), at == null ? 1 : at.getColumnNr()));
    }

    /// Finds the field that is at fault.
    private Optional<String> fault(JsonNode tree, Descriptor type, String at) {
        if (!(tree instanceof ObjectNode object)) {
            return Optional.of(
                    at.isEmpty() ? "The body is not a JSON object." : "The field '" + at + "' is not an object.");
        }
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String name = at.isEmpty() ? entry.getKey() : at + "." + entry.getKey();
            @Nullable FieldDescriptor field = field(type, entry.getKey());
            if (field == null) {
                return Optional.of("The message " + type.getFullName() + " has no field '" + name + "'.");
            }
            ObjectNode alone = JsonNodeFactory.instance.objectNode().set(entry.getKey(), entry.getValue());
            try {
                parser.merge(alone.toString(), DynamicMessage.newBuilder(type));
            } catch (InvalidProtocolBufferException | RuntimeException | StackOverflowError e) {
                boolean inside = entry.getValue().isObject()
                        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && !field.isRepeated()
                        && !field.getMessageType().getFile().getPackage().equals("google.protobuf");
                return inside
                        ? fault(entry.getValue(), field.getMessageType(), name)
                        : Optional.of("The field '" + name + "' is no " + kind(field) + ".");
            }
        }
        return Optional.empty();
    }

    private static String kind(FieldDescriptor field) {
        String one = switch (field.getType()) {
            case ENUM -> "value of " + field.getEnumType().getFullName();
            case MESSAGE -> field.isMapField() ? "map" : field.getMessageType().getFullName();
            default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
        return field.isRepeated() && !field.isMapField() ? "list of " + one : one;
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        return type.getFields().stream()
                .filter(field ->
                        field.getJsonName().equals(name) || field.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /// The message as JSON, in one line.
    ///
    /// @param field that is printed alone; `null` for the whole message
    /// @throws InvalidProtocolBufferException if it holds a message of an unknown type
    String print(Message message, @Nullable FieldDescriptor field) throws InvalidProtocolBufferException {
        if (field == null) {
            return printer.print(message);
        }
        String whole = printer.includingDefaultValueFields(Set.of(field)).print(message);
        try {
            JsonNode value = OWN.readTree(whole).path(field.getJsonName());
            return value.isMissingNode() ? "null" : value.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A message of a known type as JSON.
    JsonNode tree(Message message) throws InvalidProtocolBufferException {
        try {
            return OWN.readTree(printer.print(message));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
