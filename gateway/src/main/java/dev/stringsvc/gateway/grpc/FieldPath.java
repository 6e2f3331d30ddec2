package dev.stringsvc.gateway.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A field of a message, or of a message in it, that a path or a query sets by a text. Immutable.
///
/// @param name as it was written, with dots
record FieldPath(String name, List<FieldDescriptor> fields) {
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    /// Messages that JSON writes as one value.
    private static final Set<String> TEXTS = Set.of(
            "google.protobuf.Timestamp",
            "google.protobuf.Duration",
            "google.protobuf.FieldMask",
            "google.protobuf.StringValue",
            "google.protobuf.BytesValue",
            "google.protobuf.Int32Value",
            "google.protobuf.UInt32Value",
            "google.protobuf.Int64Value",
            "google.protobuf.UInt64Value",
            "google.protobuf.FloatValue",
            "google.protobuf.DoubleValue");
    /// The most names between dots.
    private static final int DEEPEST = 32;

    private static final String BOOL_VALUE = "google.protobuf.BoolValue";

    FieldPath {
        fields = List.copyOf(fields);
    }

    /// @param name field names, as in the proto or as in JSON, separated by dots
    /// @throws IllegalArgumentException if there is no such field, or it cannot be set by a text
    static FieldPath of(Descriptor message, String name) {
        List<FieldDescriptor> fields = new ArrayList<>();
        String[] steps = name.split("\\.", -1);
        if (steps.length > DEEPEST) {
            throw new IllegalArgumentException("the name has more than " + DEEPEST + " steps");
        }
        @Nullable Descriptor in = message;
        for (String step : steps) {
            @Nullable FieldDescriptor field = in == null ? null : find(in, step);
            if (field == null) {
                throw new IllegalArgumentException(message.getFullName() + " has no field " + name);
            }
            fields.add(field);
            boolean within = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated();
            in = within && !isValue(field) ? field.getMessageType() : null;
        }
        FieldDescriptor last = fields.getLast();
        if (last.isMapField() || (last.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !isValue(last))) {
            throw new IllegalArgumentException(name + " is a message, which no text can set");
        }
        return new FieldPath(name, fields);
    }

    private static @Nullable FieldDescriptor find(Descriptor message, String name) {
        @Nullable FieldDescriptor field = message.findFieldByName(name);
        return field != null
                ? field
                : message.getFields().stream()
                        .filter(other -> other.getJsonName().equals(name))
                        .findFirst()
                        .orElse(null);
    }

    private static boolean isValue(FieldDescriptor field) {
        String type = field.getMessageType().getFullName();
        return TEXTS.contains(type) || type.equals(BOOL_VALUE);
    }

    /// @throws IllegalArgumentException if it is repeated, since a path has one value
    void checkInPath() {
        if (fields.getLast().isRepeated()) {
            throw new IllegalArgumentException(name + " is repeated, which no variable of a path can set");
        }
    }

    /// True if one of them is the other, or within the other.
    boolean overlaps(FieldPath other) {
        int common = Math.min(fields.size(), other.fields.size());
        return fields.subList(0, common).equals(other.fields.subList(0, common));
    }

    boolean isRepeated() {
        return fields.getLast().isRepeated();
    }

    /// Sets the field, or adds a value to a repeated one.
    ///
    /// @throws TranscodingException if the text is not a value of the field's type, or if another member
    /// of the field's oneof is set
    void set(DynamicMessage.Builder message, String text) throws TranscodingException {
        Message.Builder in = message;
        for (FieldDescriptor field : fields.subList(0, fields.size() - 1)) {
            checkOneof(in, field);
            in = in.getFieldBuilder(field);
        }
        FieldDescriptor field = fields.getLast();
        checkOneof(in, field);
        Object value = value(in, field, text);
        if (field.isRepeated()) {
            in.addRepeatedField(field, value);
        } else {
            in.setField(field, value);
        }
    }

    private void checkOneof(Message.Builder in, FieldDescriptor field) throws TranscodingException {
        @Nullable OneofDescriptor oneof = field.getRealContainingOneof();
        if (oneof != null && in.hasOneof(oneof) && !field.equals(in.getOneofFieldDescriptor(oneof))) {
            throw TranscodingException.invalid(
                    "The parameter '%s' and another set '%s', which takes only one.".formatted(name, oneof.getName()));
        }
    }

    private Object value(Message.Builder in, FieldDescriptor field, String text) throws TranscodingException {
        try {
            return switch (field.getType()) {
                case INT32, SINT32, SFIXED32 -> Integer.parseInt(text);
                case UINT32, FIXED32 -> Integer.parseUnsignedInt(text);
                case INT64, SINT64, SFIXED64 -> Long.parseLong(text);
                case UINT64, FIXED64 -> Long.parseUnsignedLong(text);
                case DOUBLE -> number(text);
                case FLOAT -> single(number(text));
                case BOOL -> bool(text);
                case STRING -> text;
                case BYTES -> ByteString.copyFrom(bytes(text));
                case ENUM -> constant(field, text);
                case MESSAGE -> message(in.newBuilderForField(field), text);
                case GROUP -> throw new IllegalArgumentException("a group");
            };
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            throw TranscodingException.invalid("The parameter '%s' is no %s.".formatted(name, kind(field)));
        }
    }

    private static String kind(FieldDescriptor field) {
        return switch (field.getType()) {
            case ENUM -> "value of " + field.getEnumType().getFullName();
            case MESSAGE -> field.getMessageType().getFullName();
            default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static double number(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (!DECIMAL.matcher(text).matches()) {
                    throw new NumberFormatException(text);
                }
                double number = Double.parseDouble(text);
                if (Double.isInfinite(number)) {
                    throw new NumberFormatException("too large");
                }
                yield number;
            }
        };
    }

    private static float single(double number) {
        float single = (float) number;
        if (Float.isInfinite(single) && !Double.isInfinite(number)) {
            throw new NumberFormatException("too large");
        }
        return single;
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static byte[] bytes(String text) {
        return text.indexOf('-') >= 0 || text.indexOf('_') >= 0
                ? Base64.getUrlDecoder().decode(text)
                : Base64.getDecoder().decode(text);
    }

    private static EnumValueDescriptor constant(FieldDescriptor field, String text) {
        @Nullable EnumValueDescriptor byName = field.getEnumType().findValueByName(text);
        return byName != null ? byName : field.getEnumType().findValueByNumberCreatingIfUnknown(Integer.parseInt(text));
    }

    private static Message message(Message.Builder builder, String text) throws InvalidProtocolBufferException {
        boolean quoted = !builder.getDescriptorForType().getFullName().equals(BOOL_VALUE);
        String json = quoted ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : text;
        JsonFormat.parser().merge(json, builder);
        return builder.build();
    }
}
