package dev.stringsvc.gateway.client;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.io.ByteBufferPool;

/// Notes since when the client owes the rest of something: of the preface, of a head with its
/// CONTINUATIONs, or of any other frame. One thread at a time parses; any may ask.
final class Http2Parser extends ServerParser {
    private static final long NOTHING = 0;

    /// True until the preface and the first SETTINGS are here.
    private boolean preface = true;
    /// True within a head that has not ended with its frame.
    private boolean head;
    /// True within a frame.
    private boolean frame;
    /// True once the header of a frame is here, as long as its body is not.
    private boolean body;
    /// True if something was whole since the last look.
    private boolean whole;

    private volatile long owedSince = started(System.nanoTime());
    private volatile boolean owesData;

    @SuppressWarnings("removal") // Jetty's parser takes no other type of rate control yet
    Http2Parser(ByteBufferPool buffers, int headBytes, FrameRate rate) {
        super(buffers, headBytes, rate);
    }

    @Override
    public void parse(ByteBuffer buffer) {
        super.parse(buffer);
        if (!preface && !head && !frame) {
            if (owedSince != NOTHING) {
                owedSince = NOTHING;
            }
        } else if (whole || owedSince == NOTHING) {
            owesData = !preface && !head && body && getFrameType() == FrameType.DATA.getType();
            owedSince = started(System.nanoTime());
        } else if (body && !owesData) {
            owesData = !preface && !head && getFrameType() == FrameType.DATA.getType();
        }
        whole = false;
    }

    /// Jetty parses the header of the first SETTINGS once more where its body comes later, and takes the
    /// body for it.
    @Override
    protected boolean parseHeader(ByteBuffer buffer) {
        if (body) {
            return true;
        }
        boolean some = buffer.hasRemaining();
        boolean here = super.parseHeader(buffer);
        frame |= some;
        if (here) {
            body = true;
            int type = getFrameType();
            if (type == FrameType.HEADERS.getType() || type == FrameType.CONTINUATION.getType()) {
                head = !hasFlag(Flags.END_HEADERS);
            }
        }
        return here;
    }

    @Override
    protected boolean parseBody(ByteBuffer buffer) {
        boolean here = super.parseBody(buffer);
        if (here) {
            body = false;
            frame = false;
            preface = false;
            whole |= !head;
        }
        return here;
    }

    /// True if the client owes the rest of something for longer than this.
    ///
    /// @param open true if a stream is open: how slowly its body may come is for others to say
    boolean isLate(long nanos, boolean open) {
        long since = owedSince;
        return since != NOTHING && !(open && owesData) && System.nanoTime() - since > nanos;
    }

    private static long started(long now) {
        return now == NOTHING ? 1 : now;
    }
}
