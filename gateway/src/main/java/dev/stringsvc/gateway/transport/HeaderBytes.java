package dev.stringsvc.gateway.transport;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Header values between one character per byte, as a proxy must see them, and OkHttp, which takes every header for
/// UTF-8. What is UTF-8 passes byte for byte. What is not cannot pass OkHttp: such a request is not sent,
/// and of an answer's value those bytes have been replaced already.
final class HeaderBytes {
    private HeaderBytes() {}

    /// @return `null` where the bytes are not UTF-8
    static @Nullable String toOkHttp(String value) {
        if (isAscii(value)) {
            return value;
        }
        try {
            var bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    static String fromOkHttp(String value) {
        return isAscii(value) ? value : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }
}
