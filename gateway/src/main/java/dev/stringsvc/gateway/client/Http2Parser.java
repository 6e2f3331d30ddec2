package dev.stringsvc.gateway.client;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http2.Flags;
import org.eclipse.jetty.http2.frames.FrameType;
import org.eclipse.jetty.http2.parser.ServerParser;
import org.eclipse.jetty.io.ByteBufferPool;

/// Jetty's parser of a client's frames, which also knows how long the client has left something
/// incomplete: the preface, a head with its CONTINUATIONs, or another frame. One thread at a time
/// parses; any thread may call [#isLate].
final class Http2Parser extends ServerParser {
    private static final long NOTHING = 0;

    /// True until the preface and the first SETTINGS have arrived.
    private boolean preface = true;
    /// True within a head that continues in another frame.
    private boolean head;
    /// True within a frame.
    private boolean frame;
    /// True from the end of a frame's header to the end of its payload.
    private boolean body;
    /// True if something was completed since [#parse] last checked.
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

    /// Does not parse the header of a frame twice. Jetty would do so for the first SETTINGS if its
    /// payload arrives later, and would read the payload as a header.
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

    /// True if the client has left something incomplete for longer than this.
    ///
    /// @param open true if a stream is open; the rest of a DATA frame is not late then, since bodies
    /// have their own limits
    boolean isLate(long nanos, boolean open) {
        long since = owedSince;
        return since != NOTHING && !(open && owesData) && System.nanoTime() - since > nanos;
    }

    private static long started(long now) {
        return now == NOTHING ? 1 : now;
    }
}
