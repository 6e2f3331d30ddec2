package dev.stringsvc.etcd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.etcd.EtcdException.Kind;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes requests and reads answers.
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private Json() {}

    /// Reads an answer. Throws [IOException] or [IllegalArgumentException] if it is not in etcd's
    /// form.
    @FunctionalInterface
    interface Reader<T> {
        T read(EtcdEndpoint endpoint, byte[] json) throws IOException;
    }

    static byte[] write(Map<String, ?> request) {
        try {
            return MAPPER.writeValueAsBytes(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request cannot be written as JSON", e);
        }
    }

    /// Reads an answer by its form, and takes from it what is wanted.
    static <A, T> Reader<T> reader(Class<A> form, Function<A, T> wanted) {
        return (endpoint, json) -> {
            @Nullable A answer = MAPPER.readValue(json, form);
            if (answer == null) {
                throw new IOException("it is null");
            }
            return wanted.apply(answer);
        };
    }

    /// The same for one message of a stream, which holds the answer or an error.
    static <A, T> Reader<T> streamed(Class<A> form, Function<A, T> wanted) {
        return (endpoint, json) -> {
            JsonNode message = tree(json);
            if (message.has("error")) {
                throw refusal(endpoint, " ended the stream: ", message, true);
            }
            @Nullable A answer = MAPPER.treeToValue(message.path("result"), form);
            if (answer == null) {
                throw new IOException("it has no result");
            }
            return wanted.apply(answer);
        };
    }

    /// Reads why etcd refuses a call.
    ///
    /// @param http the answer's status
    static EtcdException refusal(EtcdEndpoint endpoint, int http, byte[] json) {
        try {
            return refusal(endpoint, " answered " + http + ": ", tree(json), http >= 500);
        } catch (IOException e) {
            return new EtcdException(
                    Kind.UNREADABLE, "etcd at " + endpoint + " answered " + http + ", and not in etcd's form", e);
        }
    }

    private static EtcdException refusal(EtcdEndpoint endpoint, String how, JsonNode answer, boolean ofMember) {
        // an error in a stream has its fields one level deeper, with another name for the code
        JsonNode error = answer.path("error").isObject() ? answer.path("error") : answer;
        String sentence = error.path("message").asText(error.path("error").asText("no reason given"));
        int code = error.path("code").asInt(error.path("grpc_code").asInt());
        return Refusal.of("etcd at " + endpoint + how, code, sentence, ofMember);
    }

    private static JsonNode tree(byte[] json) throws IOException {
        @Nullable JsonNode tree = MAPPER.readTree(json);
        return Objects.requireNonNullElse(tree, MAPPER.missingNode());
    }
}
