package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.HeaderFields;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;

/// The parts of a response that have arrived on a stream and were not taken yet. Not thread-safe:
/// [Exchange] uses it under its lock.
final class ReceivedResponse {
    private static final int PER_FIELD = 32;
    private static final byte[] NOTHING = new byte[0];

    private final Queue<Exchange.Head> heads = new ArrayDeque<>();
    private byte[] bytes = NOTHING;
    private int count;
    private int headBytes;
    private boolean answered;
    private boolean ended;
    private HeaderFields trailers = HeaderFields.NONE;

    /// Adds a head or trailers.
    ///
    /// @param ends true if the stream ends with it
    void add(MetaData head, boolean ends) throws ProtocolException {
        var fields = new HeaderFields();
        for (HttpField field : head.getHttpFields()) {
            headBytes += field.getName().length() + field.getValue().length() + PER_FIELD;
            fields.add(field.getLowerCaseName(), field.getValue());
        }
        headBytes += PER_FIELD;
        if (headBytes > InstanceSession.LARGEST_HEAD) {
            throw new ProtocolException("the heads and trailers of the response are too large");
        }
        if (!(head instanceof MetaData.Response response)) {
            if (!answered || !ends || ended) {
                throw new ProtocolException("a head where none is allowed");
            }
            trailers = fields;
        } else {
            boolean interim = response.getStatus() < 200;
            if (answered || (interim && ends)) {
                throw new ProtocolException("a head where none is allowed");
            }
            answered = !interim;
            heads.add(new Exchange.Head(response.getStatus(), fields));
        }
        ended |= ends;
    }

    /// Adds a part of the body.
    ///
    /// @param ends true if the stream ends with it
    void add(ByteBuffer data, boolean ends) {
        int next = count + data.remaining();
        if (next > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(next, Math.min(2 * bytes.length, ReceiveWindow.LARGEST)));
        }
        data.get(bytes, count, next - count);
        count = next;
        ended |= ends;
    }

    boolean hasHead() {
        return !heads.isEmpty();
    }

    Exchange.Head takeHead() {
        return heads.remove();
    }

    boolean hasBytes() {
        return count > 0;
    }

    byte[] takeBytes() {
        byte[] taken = count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
        bytes = NOTHING;
        count = 0;
        return taken;
    }

    /// True once the final head has arrived.
    boolean answered() {
        return answered;
    }

    /// True once the end of the response has arrived.
    boolean ended() {
        return ended;
    }

    HeaderFields trailers() {
        return trailers;
    }
}
