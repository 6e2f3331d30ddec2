package dev.stringsvc.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// Makes a call with grpc-java, which checks all of the answer: its content type, message, trailers and
/// status.
final class GrpcProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Marshaller<byte[]> BYTES = new Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };
    private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(GrpcBackends.PATH.substring(1))
            .setRequestMarshaller(BYTES)
            .setResponseMarshaller(BYTES)
            .build();

    private GrpcProbe() {}

    /// Makes calls until one has the status OK and the expected message.
    static void await(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .usePlaintext()
                .build();
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!isAnswered(channel, deadline)) {
                Probe.pause(PAUSE);
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static boolean isAnswered(ManagedChannel channel, long deadline) {
        var options = CallOptions.DEFAULT
                .withWaitForReady()
                .withDeadlineAfter(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        try {
            byte[] answer = ClientCalls.blockingUnaryCall(channel, METHOD, options, GrpcBackends.content());
            return Arrays.equals(answer, GrpcBackends.content());
        } catch (StatusRuntimeException e) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no call succeeds: " + e.getStatus(), e);
            }
            return false;
        }
    }
}
