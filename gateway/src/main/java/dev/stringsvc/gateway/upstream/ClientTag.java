package dev.stringsvc.gateway.upstream;

import java.util.concurrent.ThreadLocalRandom;

/// A number of 32 bits for a client's address, so that addresses can be compared without keeping them.
/// IPv6 addresses with the same first 64 bits have the same number: a client has all of these. The
/// numbers of different addresses are different, but for one pair in four thousand million; nobody
/// outside can foresee which.
public final class ClientTag {
    /// Of a client whose address is not known.
    public static final int UNKNOWN = of("");

    private static final int GROUPS = 8;
    private static final int GROUPS_OF_A_CLIENT = 4;
    private static final long SEED = ThreadLocalRandom.current().nextLong();

    private ClientTag() {}

    /// @param address an IP address; an IPv6 one in the form of RFC 5952
    /// @return never 0
    public static int of(String address) {
        boolean byPrefix = address.indexOf(':') >= 0 && address.indexOf('.') < 0;
        int tag = (int) Hash.of(byPrefix ? prefix(address) : Hash.of(address), SEED);
        return tag == 0 ? 1 : tag;
    }

    /// The first 64 bits.
    private static long prefix(String address) {
        int omitted = GROUPS - groups(address);
        long prefix = 0;
        int taken = 0;
        int at = 0;
        while (at < address.length() && taken < GROUPS_OF_A_CLIENT) {
            if (address.charAt(at) != ':') {
                int group = 0;
                while (at < address.length() && address.charAt(at) != ':') {
                    group = (group << 4) | (Character.digit(address.charAt(at), 16) & 0xf);
                    at++;
                }
                prefix = (prefix << 16) | (group & 0xffff);
                taken++;
            } else if (address.startsWith("::", at)) {
                int zeros = Math.min(omitted, GROUPS_OF_A_CLIENT - taken);
                prefix = zeros == GROUPS_OF_A_CLIENT ? 0 : prefix << (16 * zeros);
                taken += zeros;
                at += 2;
            } else {
                at++;
            }
        }
        return prefix;
    }

    /// How many are written.
    private static int groups(String address) {
        int groups = 0;
        for (int i = 0; i < address.length(); i++) {
            if (address.charAt(i) != ':' && (i == 0 || address.charAt(i - 1) == ':')) {
                groups++;
            }
        }
        return groups;
    }
}
