package dev.stringsvc.gateway.tunnel;

/// Where one direction of a WebSocket stands: within a frame, or between two (RFC 6455, section 5.2). It
/// looks at frames' heads only, however the bytes come in pieces. Used by one thread at a time.
final class Frames {
    private static final int CLOSE = 8;

    private int opcode;
    private int headSeen;
    private int headLength = 2;
    /// The end of a longer length, in the head.
    private int lengthEnd = 2;
    /// What is still to come of the frame's payload.
    private long left;
    private boolean closed;

    /// Takes these bytes up to the end of the frame that they begin or go on with.
    ///
    /// @return how many it took: all, where the frame does not end among them
    int take(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && headSeen < headLength) {
            head(bytes[at++]);
        }
        if (headSeen == headLength) {
            long payload = Math.min(left, to - at);
            left -= payload;
            at += (int) payload;
            if (left == 0) {
                closed |= opcode == CLOSE;
                headSeen = 0;
                headLength = 2;
            }
        }
        return at - from;
    }

    private void head(byte b) {
        if (headSeen == 0) {
            opcode = b & 0x0f;
        } else if (headSeen == 1) {
            int length = b & 0x7f;
            int longer = length < 126 ? 0 : length == 126 ? 2 : 8;
            left = longer == 0 ? length : 0;
            lengthEnd = 2 + longer;
            headLength = lengthEnd + ((b & 0x80) == 0 ? 0 : 4);
        } else if (headSeen < lengthEnd) {
            left = (left << 8 | Byte.toUnsignedInt(b)) & Long.MAX_VALUE;
        }
        headSeen++;
    }

    /// Whether no frame has begun and not ended: another one may be put in here.
    boolean between() {
        return headSeen == 0;
    }

    /// Whether a Close frame has passed, the last that is said in this direction.
    boolean closed() {
        return closed;
    }
}
