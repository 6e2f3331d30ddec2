package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.util.function.Predicate;

/// Addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`, or one address alone.
///
/// @param bits how many bits count
public record AddressRange(InetAddress address, int bits) implements Predicate<InetAddress> {
    private static final String EXPECTED = "expected an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8";

    /// @throws IllegalArgumentException when the text has another form; no name is ever looked up
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        if (literal.indexOf(':') < 0 && literal.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException(EXPECTED); // the JDK takes 10.1 for an address
        }
        try {
            InetAddress address = InetAddress.ofLiteral(literal);
            int most = address.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
            if (bits >= 0 && bits <= most && text.indexOf('+') < 0 && text.indexOf('%') < 0) {
                return new AddressRange(address, bits);
            }
        } catch (IllegalArgumentException _) {
            // the same error is thrown below
        }
        throw new IllegalArgumentException(EXPECTED);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static AddressRange read(JsonNode value) {
        return parse(value.isTextual() ? value.textValue() : "");
    }

    @Override
    public boolean test(InetAddress other) {
        return contains(other);
    }

    /// True if the address is in this range.
    public boolean contains(InetAddress other) {
        byte[] here = address.getAddress();
        byte[] there = other.getAddress();
        if (here.length != there.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += Byte.SIZE) {
            int differing = (here[bit / Byte.SIZE] ^ there[bit / Byte.SIZE]) & 0xff;
            if (differing >> Math.max(0, Byte.SIZE - (bits - bit)) != 0) {
                return false;
            }
        }
        return true;
    }
}
