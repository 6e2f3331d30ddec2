package dev.stringsvc.gateway.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.stringsvc.gateway.http.GrpcStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Turns JSON requests into calls of one service's methods, and their answers into JSON. Immutable.
public final class Transcoder {
    private static final Comparator<Binding> MOST_SPECIFIC_FIRST =
            Comparator.comparing(Binding::template, PathTemplate.MOST_SPECIFIC_FIRST);

    private final List<Binding> bindings;
    private final JsonMessages json;

    /// @throws IllegalArgumentException if a binding is not valid, or two take the same requests
    public Transcoder(ServiceDescriptors descriptors) {
        List<Binding> all = new ArrayList<>();
        for (MethodDescriptor method : descriptors.methods()) {
            for (Binding binding : Binding.of(method)) {
                all.stream().filter(binding::isAmbiguousWith).findFirst().ifPresent(other -> {
                    throw new IllegalArgumentException("%s and %s take the same requests".formatted(other, binding));
                });
                all.add(binding);
            }
        }
        all.sort(MOST_SPECIFIC_FIRST);
        bindings = List.copyOf(all);
        json = new JsonMessages(descriptors.types());
    }

    /// A JSON request.
    ///
    /// @param path as the service gets it, percent-encoded
    /// @param query percent-encoded, without the question mark; `null` for none
    public record Request(
            String method, String path, @Nullable String query) {}

    /// The method that a request asks for, with its binding.
    public final class Call {
        private final Binding binding;
        private final Map<String, String> variables;
        private final Request request;

        private Call(Binding binding, Map<String, String> variables, Request request) {
            this.binding = binding;
            this.variables = variables;
            this.request = request;
        }

        /// Such as `package.Service/Method`.
        public String method() {
            return Binding.path(binding.method());
        }

        /// True if the answer is any number of messages.
        public boolean streamsAnswers() {
            return binding.method().isServerStreaming();
        }

        /// The body of the gRPC request: one message with its prefix.
        ///
        /// @param body in JSON; may be empty
        /// @throws TranscodingException if the body, a variable or a parameter is not valid
        public byte[] message(byte[] body) throws TranscodingException {
            if (binding.method().isClientStreaming()) {
                throw new TranscodingException(
                        GrpcStatus.UNIMPLEMENTED, "The method takes a stream of messages, which JSON cannot send.");
            }
            Descriptor type = binding.method().getInputType();
            DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
            if (!binding.body().isEmpty() && !isBlank(body)) {
                @Nullable
                FieldDescriptor field =
                        binding.body().equals(Binding.WHOLE) ? null : type.findFieldByName(binding.body());
                json.merge(body, field, message);
            }
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                FieldPath.of(type, variable.getKey()).set(message, variable.getValue());
            }
            setParameters(type, message);
            if (!message.isInitialized()) {
                throw TranscodingException.invalid(
                        "The message has no " + message.getInitializationErrorString() + ".");
            }
            return MessageFrame.of(message.build().toByteArray());
        }

        private void setParameters(Descriptor type, DynamicMessage.Builder message) throws TranscodingException {
            @Nullable String query = request.query();
            if (query == null || query.isEmpty()) {
                return;
            }
            var seen = new HashSet<List<FieldDescriptor>>();
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                if (name.isEmpty()) {
                    continue;
                }
                FieldPath field = parameter(type, name);
                if (!seen.add(field.fields()) && !field.isRepeated()) {
                    throw TranscodingException.invalid("The parameter '" + name + "' is given twice.");
                }
                field.set(message, equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }

        /// Compares fields, not names: a field has a name in the proto and one in JSON.
        private FieldPath parameter(Descriptor type, String name) throws TranscodingException {
            FieldPath field;
            try {
                field = FieldPath.of(type, name);
            } catch (IllegalArgumentException e) {
                throw TranscodingException.invalid("There is no parameter '" + name + "': " + e.getMessage() + ".");
            }
            boolean inBody = binding.body().equals(Binding.WHOLE)
                    || field.fields().getFirst().getName().equals(binding.body());
            boolean inPath = variables.keySet().stream()
                    .anyMatch(variable -> FieldPath.of(type, variable).overlaps(field));
            if (inBody || inPath) {
                throw TranscodingException.invalid(
                        "The parameter '" + name + "' belongs to the " + (inBody ? "body." : "path."));
            }
            return field;
        }

        /// One message of the answer as JSON, in one line.
        ///
        /// @throws TranscodingException if the message is malformed, or holds one of an unknown type
        public String json(byte[] message) throws TranscodingException {
            try {
                return json.print(
                        DynamicMessage.parseFrom(binding.method().getOutputType(), message), binding.responseBody());
            } catch (InvalidProtocolBufferException | RuntimeException | StackOverflowError e) {
                throw new TranscodingException(
                        GrpcStatus.INTERNAL, "The service's answer cannot be read: " + e.getMessage());
            }
        }

        /// The details of an error, as far as their types are known.
        ///
        /// @param field `grpc-status-details-bin`; `null` for none
        public List<JsonNode> details(@Nullable String field) {
            List<JsonNode> details = new ArrayList<>();
            for (Any detail : packed(field)) {
                try {
                    details.add(json.tree(detail));
                } catch (InvalidProtocolBufferException | RuntimeException | StackOverflowError e) {
                    // its type is not known, or it cannot be read
                }
            }
            return details;
        }

        private static List<Any> packed(@Nullable String field) {
            try {
                return field == null
                        ? List.of()
                        : Status.parseFrom(Base64.getDecoder().decode(field.replace("=", "")))
                                .getDetailsList();
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                return List.of();
            }
        }
    }

    private static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String decode(String text) throws TranscodingException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw TranscodingException.invalid("The query is not percent-encoded: " + text);
        }
    }

    /// The method that takes a request, the most specific binding first.
    ///
    /// @throws TranscodingException if no binding takes it: [GrpcStatus#NOT_FOUND] for the path,
    /// [GrpcStatus#UNIMPLEMENTED] for the verb
    public Call call(Request request) throws TranscodingException {
        var verbs = new TreeSet<String>();
        for (Binding binding : bindings) {
            Optional<Map<String, String>> variables = match(binding, request.path());
            if (variables.isPresent() && binding.accepts(request.method())) {
                return new Call(binding, variables.get(), request);
            }
            if (variables.isPresent()) {
                verbs.add(binding.verb());
            }
        }
        throw verbs.isEmpty()
                ? new TranscodingException(
                        GrpcStatus.NOT_FOUND, "No method of the service takes " + request.path() + ".")
                : TranscodingException.notAllowed(request.method(), verbs);
    }

    private static Optional<Map<String, String>> match(Binding binding, String path) {
        try {
            return binding.template().match(path);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a segment is not percent-encoded
        }
    }
}
