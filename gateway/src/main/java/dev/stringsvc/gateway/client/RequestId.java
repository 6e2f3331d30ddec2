package dev.stringsvc.gateway.client;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The id of a request, which every log on its way contains.
public final class RequestId {
    public static final String HEADER = "X-Request-Id";
    private static final int LONGEST = 128;

    private RequestId() {}

    /// The client's own id if it is up to 128 letters, digits and `-_.:/+=@`, else a new one of 32 hex
    /// digits.
    public static String of(@Nullable String given) {
        return given != null && isSane(given) ? given : random();
    }

    private static boolean isSane(String id) {
        if (id.isEmpty() || id.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "-_.:/+=@".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String random() {
        var random = ThreadLocalRandom.current();
        return HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
    }
}
