package dev.stringsvc.gateway.upstream;

import java.util.concurrent.ThreadLocalRandom;

/// A number of 32 bits for a client, so that clients can be compared without keeping their addresses.
/// Two clients have the same number with a probability of one in four billion, and no client can predict
/// its number.
public final class ClientTag {
    private static final long SEED = ThreadLocalRandom.current().nextLong();

    /// The tag of a client whose address is not known.
    public static final int UNKNOWN = of(-1);

    private ClientTag() {}

    /// @param address a number that is the same for all addresses of one client
    /// @return never 0
    public static int of(long address) {
        int tag = (int) Hash.of(address, SEED);
        return tag == 0 ? 1 : tag;
    }
}
