package dev.stringsvc.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transcoding.AllTypes;
import dev.stringsvc.gateway.transcoding.GetByNameRequest;
import dev.stringsvc.gateway.transcoding.GetMessageRequest;
import dev.stringsvc.gateway.transcoding.ListResponse;
import dev.stringsvc.gateway.transcoding.TranscodingProto;
import dev.stringsvc.gateway.transcoding.UpdateMessageRequest;
import dev.stringsvc.gateway.transcoding.other.TranscodingOtherProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TranscoderTest {
    private static final FileDescriptorProto FILE =
            TranscodingProto.getDescriptor().toProto();
    private static final FileDescriptorProto OTHER =
            TranscodingOtherProto.getDescriptor().toProto();
    private static final Transcoder TRANSCODER = new Transcoder(ServiceDescriptors.parse(
            FileDescriptorSet.newBuilder().addFile(FILE).addFile(OTHER).build().toByteArray()));

    private static Transcoder.Call call(String method, String target) throws TranscodingException {
        int question = target.indexOf('?');
        return TRANSCODER.call(new Transcoder.Request(
                method,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? null : target.substring(question + 1)));
    }

    private static byte[] message(String method, String target, @Nullable String body) throws TranscodingException {
        byte[] framed = call(method, target).message((body == null ? "" : body).getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOfRange(framed, 5, framed.length);
    }

    private static Message of(String method, byte[] message) throws Exception {
        return switch (method) {
            case "GetByName", "Search", "Purge" -> GetByNameRequest.parseFrom(message);
            case "GetMessage" -> GetMessageRequest.parseFrom(message);
            case "UpdateMessage" -> UpdateMessageRequest.parseFrom(message);
            case "Everything" -> AllTypes.parseFrom(message);
            default -> dev.stringsvc.gateway.transcoding.Message.parseFrom(message);
        };
    }

    /// The examples in the comment of HttpRule, and its rules.
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            GET   | /v1/messages/123456                                   |                                    | GetByName      | name: "messages/123456"
            GET   | /v2/messages/123456?revision=2&sub.subfield=foo       |                                    | GetMessage     | message_id: "123456" revision: 2 sub { subfield: "foo" }
            GET   | /v2/messages/123456                                   |                                    | GetMessage     | message_id: "123456"
            GET   | /v2/users/me/messages/123456                          |                                    | GetMessage     | user_id: "me" message_id: "123456"
            PATCH | /v3/messages/123456                                   | { "text": "Hi!" }                  | UpdateMessage  | message_id: "123456" message { text: "Hi!" }
            PUT   | /v4/messages/123456                                   | { "text": "Hi!" }                  | ReplaceMessage | message_id: "123456" text: "Hi!"
            POST  | /v1/messages/a/b:search                               |                                    | Search         | name: "messages/a/b"
            PURGE | /v1/x/y                                               |                                    | Purge          | name: "x/y"
            POST  | /transcoding.Messaging/Plain                          | { "message_id": "1", "text": "a" } | Plain          | message_id: "1" text: "a"
            POST  | /transcoding.other.Messaging/Plain                    | { "messageId": "1" }               | Plain          | message_id: "1"
            GET   | /v2/messages/a%2Fb%20c?sub.subfield=x%26y+z           |                                    | GetMessage     | message_id: "a/b c" sub { subfield: "x&y z" }
            """)
    void requests_become_the_messages_that_http_rule_says(
            String verb, String target, @Nullable String body, String method, String expected) throws Exception {
        assertThat(call(verb, target).method()).endsWith("/" + method);
        Message actual = of(method, message(verb, target, body));
        Message.Builder wanted = actual.newBuilderForType();
        TextFormat.merge(expected, wanted);
        assertThat(actual).isEqualTo(wanted.build());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            aDouble    | 1.5                    | a_double: 1.5
            aDouble    | NaN                    | a_double: nan
            aDouble    | -Infinity              | a_double: -inf
            aFloat     | 1e3                    | a_float: 1000
            anInt32    | -5                     | an_int32: -5
            anInt64    | 9223372036854775807    | an_int64: 9223372036854775807
            aUint32    | 4294967295             | a_uint32: 4294967295
            aUint64    | 18446744073709551615   | a_uint64: 18446744073709551615
            aSint32    | -1                     | a_sint32: -1
            aSint64    | -1                     | a_sint64: -1
            aFixed32   | 7                      | a_fixed32: 7
            aFixed64   | 7                      | a_fixed64: 7
            anSfixed32 | -7                     | an_sfixed32: -7
            anSfixed64 | -7                     | an_sfixed64: -7
            aBool      | true                   | a_bool: true
            aString    | true                   | a_string: "true"
            someBytes  | AQI=                   | some_bytes: "\\001\\002"
            some_bytes | _-8=                   | some_bytes: "\\377\\357"
            colour     | GREEN                  | colour: GREEN
            colour     | 1                      | colour: RED
            left       | x                      | left: "x"
            at         | 1970-01-01T00:00:05Z   | at { seconds: 5 }
            took       | 1.5s                   | took { seconds: 1 nanos: 500000000 }
            mask       | aB,c                   | mask { paths: "a_b" paths: "c" }
            maybe      | 5                      | maybe { value: 5 }
            maybeBool  | true                   | maybe_bool { value: true }
            nested.text | a                     | nested { text: "a" }
            otherName  | a                      | renamed: "a"
            renamed    | a                      | renamed: "a"
            recursive.recursive.anInt32 | 1     | recursive { recursive { an_int32: 1 } }
            """)
    void parameters_of_every_type_are_read(String name, String value, String expected) throws Exception {
        AllTypes.Builder wanted = AllTypes.newBuilder();
        TextFormat.merge(expected, wanted);
        assertThat(AllTypes.parseFrom(message("GET", "/v6/all?" + name + "=" + value, null)))
                .isEqualTo(wanted.build());
    }

    @Test
    void repeated_parameters_are_collected() throws Exception {
        AllTypes actual = AllTypes.parseFrom(
                message("GET", "/v6/all?numbers=1&texts=a&numbers=2&nested.colours=RED&nested.colours=GREEN", null));
        assertThat(actual.getNumbersList()).containsExactly(1, 2);
        assertThat(actual.getTextsList()).containsExactly("a");
        assertThat(actual.getNested().getColoursCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"aDouble\":\"NaN\",\"anInt64\":\"-5\",\"aUint64\":\"18446744073709551615\",\"someBytes\":\"AQI=\"}",
                "{\"colour\":\"RED\",\"numbers\":[1,2],\"counts\":{\"a\":1},\"right\":3}",
                "{\"anything\":{\"a\":[1.0,\"b\",null,true,{\"c\":{}}]}}",
                "{\"at\":\"1970-01-01T00:00:05Z\",\"took\":\"1.500s\",\"mask\":\"aB,c\",\"maybe\":\"5\",\"maybeBool\":true}",
                "{\"nested\":{\"text\":\"a\",\"colours\":[\"GREEN\"]},\"otherName\":\"x\",\"recursive\":{\"anInt32\":1}}"
            })
    void json_is_read_and_written_as_proto3_says(String json) throws Exception {
        byte[] message = message("POST", "/v6/all", json);
        AllTypes.Builder wanted = AllTypes.newBuilder();
        JsonFormat.parser().merge(json, wanted);
        assertThat(AllTypes.parseFrom(message)).isEqualTo(wanted.build());
        assertThat(call("POST", "/v6/all").json(message))
                .isEqualTo(
                        JsonFormat.printer().omittingInsignificantWhitespace().print(wanted));
    }

    @Test
    void a_field_of_the_answer_can_be_the_body() throws Exception {
        var list = ListResponse.newBuilder()
                .addMessages(
                        dev.stringsvc.gateway.transcoding.Message.newBuilder().setText("a"))
                .build();
        Transcoder.Call call = call("GET", "/v5/list");
        assertThat(call.json(list.toByteArray())).isEqualTo("[{\"text\":\"a\"}]");
        assertThat(call.json(new byte[0])).isEqualTo("[]");
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            GET   | /v2/messages/1?other=1              |                              | There is no parameter 'other'
            GET   | /v2/messages/1?sub.other=1          |                              | There is no parameter 'sub.other'
            GET   | /v2/messages/1?sub=1                |                              | There is no parameter 'sub'
            GET   | /v2/messages/1?message_id=2         |                              | The parameter 'message_id' belongs to the path.
            GET   | /v2/messages/1?messageId=2          |                              | The parameter 'messageId' belongs to the path.
            GET   | /v6/all?aFloat=1e300                |                              | The parameter 'aFloat' is no float.
            GET   | /v2/messages/1?revision=x           |                              | The parameter 'revision' is no int64.
            GET   | /v2/messages/1?revision=1&revision=2 |                             | The parameter 'revision' is given twice.
            GET   | /v6/all?left=x&right=1              |                              | The parameter 'right' and another set 'choice', which takes only one.
            GET   | /v6/all?anInt32=2147483648          |                              | The parameter 'anInt32' is no int32.
            GET   | /v6/all?aDouble=0x1p3               |                              | The parameter 'aDouble' is no double.
            GET   | /v6/all?aBool=yes                   |                              | The parameter 'aBool' is no bool.
            GET   | /v6/all?colour=BLUE                 |                              | The parameter 'colour' is no value of transcoding.Colour.
            GET   | /v6/all?at=noon                     |                              | The parameter 'at' is no google.protobuf.Timestamp.
            GET   | /v6/all?counts=1                    |                              | There is no parameter 'counts'
            GET   | /v6/all?aString=%zz                 |                              | The query is not percent-encoded
            PUT   | /v4/messages/1?text=a               | {}                           | The parameter 'text' belongs to the body.
            PUT   | /v4/messages/1                      | {"txt":"a"}                  | has no field 'txt'
            PUT   | /v4/messages/1                      | {"text":1.5e                 | The body is not JSON
            PUT   | /v4/messages/1                      | [1]                          | The body is not a JSON object.
            PUT   | /v4/messages/1                      | {"text":{}}                  | The field 'text' is no string.
            PUT   | /v4/messages/1                      | {"text":"a","text":"b"}      | The body is not JSON
            PUT   | /v4/messages/1                      | {} {}                        | The body is not JSON
            POST  | /v6/all                             | {"nested":{"colours":["x"]}} | The field 'nested.colours' is no list of value of transcoding.Colour.
            POST  | /v6/all                             | {"recursive":{"anInt32":"x"}} | The field 'recursive.anInt32' is no int32.
            POST  | /v6/all                             | {"numbers":1}                | The field 'numbers' is no list of int32.
            """)
    void what_is_unknown_or_of_another_type_is_named(
            String verb, String target, @Nullable String body, String expected) {
        assertThatThrownBy(() -> message(verb, target, body)).isInstanceOfSatisfying(TranscodingException.class, e -> {
            assertThat(e.status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
            assertThat(e.detail()).contains(expected);
        });
    }

    @Test
    void a_body_that_is_nested_too_deeply_is_refused() {
        String deep = "{\"anything\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000) + "}";
        assertThatThrownBy(() -> message("POST", "/v6/all", deep))
                .isInstanceOf(TranscodingException.class)
                .hasMessageContaining("nested too deeply");
    }

    @Test
    void a_parameter_of_many_steps_is_refused() {
        String steps = "recursive.".repeat(2_000) + "aString";
        assertThatThrownBy(() -> message("GET", "/v6/all?" + steps + "=a", null))
                .isInstanceOf(TranscodingException.class)
                .hasMessageContaining("more than 32 steps");
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 40, 60})
    void deep_messages_never_overflow_the_stack(int depth) {
        String struct = "{\"anything\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "}";
        try {
            byte[] message = message("POST", "/v6/all", struct);
            assertThat(call("POST", "/v6/all").json(message)).contains("\"a\"");
        } catch (TranscodingException e) {
            assertThat(e.status()).isIn(GrpcStatus.INVALID_ARGUMENT, GrpcStatus.INTERNAL);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v9/none, NOT_FOUND",
        "POST, /v1/messages/1, UNIMPLEMENTED",
        "POST, /v7/upload, UNIMPLEMENTED",
        "GET, /transcoding.Messaging/Plain, UNIMPLEMENTED",
        "POST, /transcoding.Messaging/GetByName, NOT_FOUND"
    })
    void what_no_binding_takes_is_refused(String verb, String path, GrpcStatus status) {
        assertThatThrownBy(() -> message(verb, path, null))
                .isInstanceOfSatisfying(
                        TranscodingException.class, e -> assertThat(e.status()).isEqualTo(status));
    }

    @Test
    void details_of_known_types_are_shown() throws Exception {
        var violation = BadRequest.FieldViolation.newBuilder().setField("name").setDescription("missing");
        var status = Status.newBuilder()
                .setCode(3)
                .addDetails(Any.newBuilder().setTypeUrl("type.googleapis.com/un.Known"))
                .addDetails(Any.pack(
                        BadRequest.newBuilder().addFieldViolations(violation).build()))
                .build();
        String field = Base64.getEncoder().encodeToString(status.toByteArray());
        assertThat(call("GET", "/v7/fail").details(field)).singleElement().satisfies(detail -> {
            assertThat(detail.path("@type").asText()).isEqualTo("type.googleapis.com/google.rpc.BadRequest");
            assertThat(detail.at("/fieldViolations/0/field").asText()).isEqualTo("name");
        });
        assertThat(call("GET", "/v7/fail").details(null)).isEmpty();
        assertThat(call("GET", "/v7/fail").details("%%%")).isEmpty();
    }

    private static FileDescriptorProto withBinding(String method, HttpRule rule) {
        FileDescriptorProto.Builder file = FILE.toBuilder();
        for (MethodDescriptorProto.Builder one : file.getServiceBuilder(0).getMethodBuilderList()) {
            if (one.getName().equals(method)) {
                one.setOptions(MethodOptions.newBuilder().setExtension(AnnotationsProto.http, rule));
            }
        }
        return file.build();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            get: "/v1/{nam}"                          | has no field nam
            get: "/v1/{name"                          | expected '}'
            get: "/v1/messages/{name}"                | take the same requests
            post: "/v8/x" body: "nam"                 | has no field nam
            get: "/v8/x" response_body: "nam"         | has no field nam
            body: "*"                                 | no verb and path
            """)
    void a_binding_that_is_not_valid_is_named(String rule, String expected) throws Exception {
        HttpRule.Builder binding = HttpRule.newBuilder();
        TextFormat.merge(rule, binding);
        byte[] set = FileDescriptorSet.newBuilder()
                .addFile(withBinding("Search", binding.build()))
                .build()
                .toByteArray();
        assertThatThrownBy(() -> new Transcoder(ServiceDescriptors.parse(set)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void a_set_without_what_it_imports_is_refused() {
        byte[] set = FileDescriptorSet.newBuilder().addFile(OTHER).build().toByteArray();
        assertThatThrownBy(() -> ServiceDescriptors.parse(set))
                .hasMessageContaining("imports transcoding.proto, which is missing");
        assertThatThrownBy(() -> ServiceDescriptors.parse(new byte[] {1, 2, 3}))
                .hasMessage("it is not a FileDescriptorSet");
        assertThatThrownBy(() -> ServiceDescriptors.parse(new byte[0])).hasMessage("it holds no service");
    }

    @Test
    void messages_are_taken_apart_wherever_they_are_cut() throws Exception {
        byte[] one = MessageFrame.of("first".getBytes(StandardCharsets.UTF_8));
        byte[] two = MessageFrame.of(new byte[0]);
        byte[] body = new byte[one.length + two.length];
        System.arraycopy(one, 0, body, 0, one.length);
        System.arraycopy(two, 0, body, one.length, two.length);
        for (int cut = 0; cut <= body.length; cut++) {
            List<byte[]> messages = new ArrayList<>();
            try (var reader = new MessageFrame.Reader(100, messages::add)) {
                reader.write(body, 0, cut);
                reader.write(body, cut, body.length - cut);
                assertThat(reader.isWithin()).isFalse();
            }
            assertThat(messages).hasSize(2);
            assertThat(messages.getFirst()).asString().isEqualTo("first");
        }
    }
}
