package dev.stringsvc.gateway.transport;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Header values between one character per byte, as a proxy must see them, and OkHttp, which takes every header for
/// UTF-8. What is UTF-8 passes byte for byte. What is not cannot pass OkHttp: a request's value is then sent as the
/// UTF-8 of its ISO 8859-1 characters, and an answer's bytes have been replaced already.
final class HeaderBytes {
    private HeaderBytes() {}

    static String toOkHttp(String value) {
        if (isAscii(value)) {
            return value;
        }
        try {
            var bytes = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return value;
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
