package dev.stringsvc.gateway;

import dev.stringsvc.testkit.TraceCollector;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// Takes spans by OTLP over gRPC.
final class GrpcTraceCollector implements AutoCloseable {
    private static final String SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService";
    private static final MethodDescriptor<ExportTraceServiceRequest, ExportTraceServiceResponse> EXPORT =
            MethodDescriptor.<ExportTraceServiceRequest, ExportTraceServiceResponse>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Export"))
                    .setRequestMarshaller(ProtoUtils.marshaller(ExportTraceServiceRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(ExportTraceServiceResponse.getDefaultInstance()))
                    .build();

    private final TraceCollector collector = TraceCollector.start();
    private final Server server;

    private GrpcTraceCollector() throws IOException {
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(ServerServiceDefinition.builder(SERVICE)
                        .addMethod(EXPORT, ServerCalls.asyncUnaryCall((request, answer) -> {
                            collector.add(request);
                            answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
    }

    static GrpcTraceCollector start() throws IOException {
        return new GrpcTraceCollector();
    }

    int port() {
        return server.getPort();
    }

    /// Waits until there are this many spans.
    List<TraceCollector.Seen> spans(int count) {
        return collector.spans(count);
    }

    @Override
    public void close() {
        server.shutdownNow();
        collector.close();
    }
}
