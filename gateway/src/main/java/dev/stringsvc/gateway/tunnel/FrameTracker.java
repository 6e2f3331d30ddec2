package dev.stringsvc.gateway.tunnel;

/// Tracks whether one direction of a WebSocket is within a frame or between two (RFC 6455, section 5.2).
/// It reads only the heads of frames, which may arrive in pieces. Used by one thread at a time.
final class FrameTracker {
    private static final int CLOSE = 8;

    private int opcode;
    private int headSeen;
    private int headLength = 2;
    /// The position in the head where an extended length ends.
    private int lengthEnd = 2;
    /// The bytes of the frame's payload that have not arrived yet.
    private long left;
    private boolean closed;

    /// Reads bytes up to the end of the current frame.
    ///
    /// @return the number of bytes up to the end of the frame; all if the frame does not end among them
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

    /// True between two frames, where a frame may be inserted.
    boolean between() {
        return headSeen == 0;
    }

    /// True if a Close frame has passed, which is the last frame in this direction.
    boolean closed() {
        return closed;
    }
}
