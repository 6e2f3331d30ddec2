package dev.stringsvc.gateway.grpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpProto;
import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.WrappersProto;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The methods of a service's instances, and the types of their messages. Immutable.
public final class ServiceDescriptors {
    /// Files that a set may leave out.
    private static final Map<String, FileDescriptor> KNOWN = known(
            AnyProto.getDescriptor(),
            ApiProto.getDescriptor(),
            DescriptorProtos.getDescriptor(),
            DurationProto.getDescriptor(),
            EmptyProto.getDescriptor(),
            FieldMaskProto.getDescriptor(),
            SourceContextProto.getDescriptor(),
            StructProto.getDescriptor(),
            TimestampProto.getDescriptor(),
            TypeProto.getDescriptor(),
            WrappersProto.getDescriptor(),
            HttpProto.getDescriptor(),
            AnnotationsProto.getDescriptor(),
            StatusProto.getDescriptor(),
            ErrorDetailsProto.getDescriptor());

    private static final int DEEPEST = 200;

    private final List<MethodDescriptor> methods;
    private final TypeRegistry types;

    private ServiceDescriptors(Collection<FileDescriptor> files) {
        methods = files.stream()
                .flatMap(file -> file.getServices().stream())
                .map(ServiceDescriptor::getMethods)
                .flatMap(List::stream)
                .toList();
        TypeRegistry.Builder registry = TypeRegistry.newBuilder();
        for (FileDescriptor file : files) {
            registry.add(file.getMessageTypes());
        }
        for (FileDescriptor file : KNOWN.values()) {
            registry.add(file.getMessageTypes());
        }
        types = registry.build();
    }

    private static Map<String, FileDescriptor> known(FileDescriptor... files) {
        Map<String, FileDescriptor> known = new HashMap<>();
        for (FileDescriptor file : files) {
            known.put(file.getName(), file);
        }
        return Map.copyOf(known);
    }

    /// True if a set need not hold this file.
    static boolean isKnown(String file) {
        return KNOWN.containsKey(file);
    }

    /// Reads a FileDescriptorSet, as `protoc --descriptor_set_out --include_imports` and `buf build` write
    /// it.
    ///
    /// @throws IllegalArgumentException if it is malformed, or a file that it imports is missing
    public static ServiceDescriptors parse(byte[] set) {
        try {
            return of(FileDescriptorSet.parseFrom(set, extensions()).getFileList());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("it is not a FileDescriptorSet", e);
        }
    }

    /// The extensions of descriptors that are read.
    static ExtensionRegistry extensions() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        AnnotationsProto.registerAllExtensions(extensions);
        return extensions;
    }

    /// @throws IllegalArgumentException as [#parse]
    static ServiceDescriptors of(Collection<FileDescriptorProto> files) {
        Map<String, FileDescriptorProto> given = new LinkedHashMap<>();
        files.forEach(file -> given.put(file.getName(), file));
        var built = new Built(given);
        given.keySet().forEach(file -> built.file(file, file));
        ServiceDescriptors descriptors = new ServiceDescriptors(built.files.values());
        if (descriptors.methods.isEmpty()) {
            throw new IllegalArgumentException("it holds no service");
        }
        return descriptors;
    }

    private static final class Built {
        private final Map<String, FileDescriptorProto> given;
        private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
        private final Set<String> building = new HashSet<>();

        Built(Map<String, FileDescriptorProto> given) {
            this.given = given;
        }

        FileDescriptor file(String name, String importedBy) {
            @Nullable FileDescriptor known = KNOWN.get(name);
            if (known == null) {
                known = files.get(name);
            }
            if (known != null) {
                return known;
            }
            @Nullable FileDescriptorProto proto = given.get(name);
            if (proto == null) {
                throw new IllegalArgumentException(
                        "%s imports %s, which is missing (protoc needs --include_imports)".formatted(importedBy, name));
            }
            if (building.size() >= DEEPEST) {
                throw new IllegalArgumentException("its files import each other more than " + DEEPEST + " deep");
            }
            if (!building.add(name)) {
                throw new IllegalArgumentException(name + " imports itself");
            }
            List<FileDescriptor> imports = new ArrayList<>();
            proto.getDependencyList().forEach(other -> imports.add(file(other, name)));
            try {
                FileDescriptor file = FileDescriptor.buildFrom(proto, imports.toArray(FileDescriptor[]::new));
                files.put(name, file);
                building.remove(name);
                return file;
            } catch (DescriptorValidationException e) {
                throw new IllegalArgumentException(name + ": " + e.getDescription(), e);
            }
        }
    }

    /// All methods, in the order of their files.
    List<MethodDescriptor> methods() {
        return methods;
    }

    /// All types, with those of Google that a message may hold.
    TypeRegistry types() {
        return types;
    }
}
