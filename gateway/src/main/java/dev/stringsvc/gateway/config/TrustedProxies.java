package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/// Whose word is taken for whom a request comes from.
public record TrustedProxies(List<AddressRange> ranges) implements Predicate<InetAddress> {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public TrustedProxies {
        ranges = List.copyOf(ranges);
    }

    @Override
    public boolean test(InetAddress address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
