package dev.stringsvc.gateway.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Asks an instance for its descriptors by gRPC server reflection, v1 or else v1alpha. Its messages are
/// so few that they are written field by field.
///
/// Source: grpc/reflection/v1/reflection.proto.
final class ReflectionClient {
    /// The most that an instance may answer in all.
    static final int MOST_BYTES = 4 << 20;

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /// Files import others, which import others: after this many questions there is no end to it.
    private static final int MOST_ROUNDS = 50;
    private static final List<String> VERSIONS = List.of("v1", "v1alpha");

    // of ServerReflectionRequest
    private static final int FILE_BY_FILENAME = 3;
    private static final int FILE_CONTAINING_SYMBOL = 4;
    private static final int LIST_SERVICES = 7;
    // of ServerReflectionResponse
    private static final int FILE_DESCRIPTORS = 4;
    private static final int SERVICES = 6;
    private static final int ERROR = 7;

    private final Transport transport;
    private int bytes;

    ReflectionClient(Transport transport) {
        this.transport = transport;
    }

    /// @throws IOException if the instance cannot be asked, or its answer is of no use
    ServiceDescriptors fetch() throws IOException {
        for (String version : VERSIONS) {
            @Nullable List<UnknownFieldSet> listed = ask(version, List.of(question(LIST_SERVICES, "")));
            if (listed != null) {
                return describe(version, services(listed));
            }
        }
        throw new IOException("the instance has no reflection service");
    }

    private ServiceDescriptors describe(String version, Collection<String> services) throws IOException {
        Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
        List<UnknownFieldSet> questions = services.stream()
                .filter(service -> !service.startsWith("grpc.reflection."))
                .map(service -> question(FILE_CONTAINING_SYMBOL, service))
                .toList();
        for (int round = 0; !questions.isEmpty() && round < MOST_ROUNDS; round++) {
            @Nullable List<UnknownFieldSet> answers = ask(version, questions);
            if (answers == null) {
                throw new IOException("the instance's reflection service has gone");
            }
            add(answers, files);
            questions = missing(files).stream()
                    .map(file -> question(FILE_BY_FILENAME, file))
                    .toList();
        }
        try {
            return ServiceDescriptors.of(files.values());
        } catch (IllegalArgumentException e) {
            throw new IOException("the instance describes itself wrongly: " + e.getMessage(), e);
        }
    }

    private static UnknownFieldSet question(int field, String text) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        field,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8(text))
                                .build())
                .build();
    }

    /// The answers to questions of one call; `null` if the instance does not know the service.
    private @Nullable List<UnknownFieldSet> ask(String version, List<UnknownFieldSet> questions) throws IOException {
        var body = new ByteArrayOutputStream();
        for (UnknownFieldSet question : questions) {
            body.writeBytes(MessageFrame.of(question.toByteArray()));
        }
        HeaderFields head =
                new HeaderFields().add("Content-Type", "application/grpc").add("TE", "trailers");
        String path = "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo";
        var request = new UpstreamRequest("POST", path, null, head, new Body.Buffered(body.toByteArray()));
        return switch (transport.execute(request, TIMEOUT)) {
            case AttemptResult.Responded(var response) -> read(response, questions.size());
            case AttemptResult.NotSent unsent -> throw new IOException(unsent.description());
            case AttemptResult.MaybeSent broken -> throw new IOException(broken.description());
            case AttemptResult.TimedOut _ -> throw new IOException("no answer in time");
            case AttemptResult.ClientFault(var cause) -> throw cause;
            case AttemptResult.Unsendable(var reason) -> throw new IOException(reason);
        };
    }

    private @Nullable List<UnknownFieldSet> read(UpstreamResponse response, int expected) throws IOException {
        try (response) {
            var in = new Limited();
            var ending = new HeaderFields();
            response.forEachHeader(ending::add);
            response.copyBodyTo(in);
            response.forEachTrailer(ending::add);
            @Nullable GrpcStatus status = GrpcStatus.of(ending.first(GrpcStatus.FIELD));
            if (status == GrpcStatus.UNIMPLEMENTED) {
                return null;
            }
            if (status != GrpcStatus.OK) {
                throw new IOException("the reflection service answered " + (status == null ? "no status" : status));
            }
            List<UnknownFieldSet> answers = new ArrayList<>();
            for (byte[] message : MessageFrame.all(in.toByteArray(), MOST_BYTES)) {
                answers.add(parse(message));
            }
            if (answers.size() != expected) {
                throw new ProtocolException(answers.size() + " answers to " + expected + " questions");
            }
            return answers;
        }
    }

    /// Collects an answer, within the limit for all of them.
    private final class Limited extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] some, int from, int count) {
            bytes += count;
            if (bytes > MOST_BYTES) {
                throw new IllegalStateException("the instance's descriptors take more than " + MOST_BYTES + " bytes");
            }
            super.write(some, from, count);
        }
    }

    private static UnknownFieldSet parse(byte[] message) throws IOException {
        return UnknownFieldSet.parseFrom(message);
    }

    private static Set<String> services(List<UnknownFieldSet> answers) throws IOException {
        Set<String> services = new TreeSet<>();
        for (UnknownFieldSet answer : answers) {
            checkNoError(answer);
            for (ByteString list : answer.getField(SERVICES).getLengthDelimitedList()) {
                for (ByteString service :
                        UnknownFieldSet.parseFrom(list).getField(1).getLengthDelimitedList()) {
                    UnknownFieldSet.parseFrom(service).getField(1).getLengthDelimitedList().stream()
                            .map(ByteString::toStringUtf8)
                            .forEach(services::add);
                }
            }
        }
        return services;
    }

    private static void checkNoError(UnknownFieldSet answer) throws IOException {
        for (ByteString error : answer.getField(ERROR).getLengthDelimitedList()) {
            String message = UnknownFieldSet.parseFrom(error).getField(2).getLengthDelimitedList().stream()
                    .map(ByteString::toStringUtf8)
                    .findFirst()
                    .orElse("an error");
            throw new IOException("the reflection service says: " + message);
        }
    }

    private static void add(List<UnknownFieldSet> answers, Map<String, FileDescriptorProto> files) throws IOException {
        for (UnknownFieldSet answer : answers) { // a service without a description has no methods here
            for (ByteString described : answer.getField(FILE_DESCRIPTORS).getLengthDelimitedList()) {
                for (ByteString file :
                        UnknownFieldSet.parseFrom(described).getField(1).getLengthDelimitedList()) {
                    FileDescriptorProto proto = file(file);
                    files.put(proto.getName(), proto);
                }
            }
        }
    }

    private static FileDescriptorProto file(ByteString file) throws InvalidProtocolBufferException {
        return FileDescriptorProto.parseFrom(file, ServiceDescriptors.extensions());
    }

    private static Set<String> missing(Map<String, FileDescriptorProto> files) {
        Set<String> missing = new LinkedHashSet<>();
        for (FileDescriptorProto file : files.values()) {
            for (String other : file.getDependencyList()) {
                if (!files.containsKey(other) && !ServiceDescriptors.isKnown(other)) {
                    missing.add(other);
                }
            }
        }
        return missing;
    }
}
