package dev.stringsvc.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;

/// Keys and values as the JSON gateway writes them: bytes in Base64.
final class Keys {
    /// As the end of a range, it stands for the end of all keys.
    private static final byte[] END_OF_ALL = {0};

    private static final byte LAST = (byte) 0xff;

    private Keys() {}

    static String encode(String text) {
        return encode(text.getBytes(UTF_8));
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// @throws IllegalArgumentException if it is not Base64
    static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), UTF_8);
    }

    /// The first key with this prefix, in which an empty prefix stands for all keys.
    static String rangeStart(String prefix) {
        return prefix.isEmpty() ? encode(END_OF_ALL) : encode(prefix);
    }

    /// The end of the range of all keys with this prefix: the first key after them.
    static String rangeEnd(String prefix) {
        return encode(after(prefix.getBytes(UTF_8)));
    }

    /// The last byte that can grow by one does, and those behind it are dropped.
    static byte[] after(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != LAST) {
                byte[] end = Arrays.copyOf(prefix, last + 1);
                end[last]++;
                return end;
            }
        }
        return END_OF_ALL;
    }
}
