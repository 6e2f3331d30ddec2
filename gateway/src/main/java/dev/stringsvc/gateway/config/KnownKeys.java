package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Reads a record from keys and values, each of its components and nothing else. Looks at the keys
/// before any value, so that a misspelt key is not reported as a missing one.
final class KnownKeys extends DelegatingDeserializer {
    private static final long serialVersionUID = 1;

    private KnownKeys(JsonDeserializer<?> record) {
        super(record);
    }

    /// Puts one before each record that is written as keys and values.
    static BeanDeserializerModifier modifier() {
        return new BeanDeserializerModifier() {
            private static final long serialVersionUID = 1;

            @Override
            public JsonDeserializer<?> modifyDeserializer(
                    DeserializationConfig config, BeanDescription description, JsonDeserializer<?> deserializer) {
                return deserializer instanceof BeanDeserializerBase bean
                                && bean.getValueInstantiator().canCreateFromObjectWith()
                                && !bean.getValueInstantiator().canCreateUsingDelegate()
                                && !bean.getValueInstantiator().canCreateUsingArrayDelegate()
                        ? new KnownKeys(deserializer)
                        : deserializer;
            }
        };
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> record) {
        return new KnownKeys(record);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.isExpectedStartObjectToken()) {
            return super.deserialize(parser, context);
        }
        JsonNode written = context.readTree(parser);
        var components = new TreeSet<String>();
        getDelegatee().getKnownPropertyNames().forEach(name -> components.add(name.toString()));
        try {
            check(written, components);
        } catch (SettingException e) {
            throw JsonMappingException.from(context, e.getMessage(), e);
        }
        JsonParser again = written.traverse(parser.getCodec());
        again.nextToken();
        return super.deserialize(again, context);
    }

    private static void check(JsonNode written, Set<String> components) {
        List<String> keys = written.propertyStream().map(Map.Entry::getKey).toList();
        for (String key : keys) {
            if (!components.contains(key)) {
                throw new SettingException(key, Nearest.unknownKey(key, components));
            }
        }
        for (String component : components) {
            if (!keys.contains(component)) {
                throw new SettingException(component, "must be given");
            }
        }
    }
}
