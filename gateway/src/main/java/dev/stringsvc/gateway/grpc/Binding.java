package dev.stringsvc.gateway.grpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One way to ask for a method over HTTP: a verb and a path template. Immutable.
///
/// @param verb such as GET; `*` for any
/// @param body the field that the request's body becomes; `*` for the whole message, empty for none
/// @param responseBody the field of the answer that becomes the response's body; `null` for the whole
/// message
record Binding(
        String verb,
        PathTemplate template,
        MethodDescriptor method,
        String body,
        @Nullable FieldDescriptor responseBody) {
    static final String WHOLE = "*";

    /// The bindings of a method: those of its `google.api.http` option, else `POST /package.Service/Method`.
    ///
    /// @throws IllegalArgumentException if a binding is not valid
    static List<Binding> of(MethodDescriptor method) {
        if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
            return List.of(new Binding("POST", PathTemplate.parse("/" + path(method)), method, WHOLE, null));
        }
        HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
        List<Binding> bindings = new ArrayList<>();
        bindings.add(of(rule, method));
        for (HttpRule more : rule.getAdditionalBindingsList()) {
            if (more.getAdditionalBindingsCount() > 0) {
                throw fault(method, "additional_bindings within additional_bindings");
            }
            bindings.add(of(more, method));
        }
        return bindings;
    }

    private static Binding of(HttpRule rule, MethodDescriptor method) {
        String verb = switch (rule.getPatternCase()) {
            case GET, PUT, POST, DELETE, PATCH -> rule.getPatternCase().name();
            case CUSTOM -> rule.getCustom().getKind();
            case PATTERN_NOT_SET -> throw fault(method, "no verb and path");
        };
        String path = switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case PUT -> rule.getPut();
            case POST -> rule.getPost();
            case DELETE -> rule.getDelete();
            case PATCH -> rule.getPatch();
            case CUSTOM -> rule.getCustom().getPath();
            case PATTERN_NOT_SET -> "";
        };
        try {
            var template = PathTemplate.parse(path);
            template.variables()
                    .forEach(variable -> FieldPath.of(method.getInputType(), variable.field())
                            .checkInPath());
            if (!rule.getBody().isEmpty() && !rule.getBody().equals(WHOLE)) {
                field(method.getInputType(), rule.getBody());
            }
            return new Binding(
                    verb,
                    template,
                    method,
                    rule.getBody(),
                    rule.getResponseBody().isEmpty() ? null : field(method.getOutputType(), rule.getResponseBody()));
        } catch (IllegalArgumentException e) {
            throw fault(method, String.valueOf(e.getMessage()));
        }
    }

    private static FieldDescriptor field(Descriptor message, String name) {
        @Nullable FieldDescriptor field = message.findFieldByName(name);
        if (field == null) {
            throw new IllegalArgumentException(message.getFullName() + " has no field " + name);
        }
        return field;
    }

    private static IllegalArgumentException fault(MethodDescriptor method, String why) {
        return new IllegalArgumentException("the HTTP binding of " + method.getFullName() + ": " + why);
    }

    /// The path of a gRPC call without its first slash: `package.Service/Method`.
    static String path(MethodDescriptor method) {
        return method.getService().getFullName() + "/" + method.getName();
    }

    boolean accepts(String httpMethod) {
        return verb.equals(WHOLE) || verb.equals(httpMethod);
    }

    boolean isAmbiguousWith(Binding other) {
        return template.isSameAs(other.template) && (accepts(other.verb) || other.accepts(verb));
    }

    @Override
    public String toString() {
        return verb + " " + template.text() + " of " + path(method);
    }
}
