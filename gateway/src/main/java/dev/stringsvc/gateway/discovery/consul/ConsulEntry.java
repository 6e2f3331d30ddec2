package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOut;
import dev.stringsvc.program.Excerpt;
import dev.stringsvc.program.HostName;
import dev.stringsvc.program.Label;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads one entry of a health query's answer. Each entry is checked by itself, so that an invalid
/// registration does not affect the other instances of the service. [ConsulChecks] reads its checks.
final class ConsulEntry {
    private static final int LONGEST_PORT = 65_535;
    private static final int SHOWN = 40;

    private ConsulEntry() {}

    /// The result of reading an entry.
    sealed interface Read {
        /// The entry is an instance.
        record Usable(Instance instance) implements Read {}

        /// The entry is not a valid instance.
        ///
        /// @param why has the instance's id; `?` if there is none
        /// @param foreign true if Consul would never send such an entry, whatever was registered
        record Unusable(LeftOut why, boolean foreign) implements Read {}
    }

    /// Reads an instance from an entry, or the reason why it is invalid.
    static Read read(JsonNode entry) {
        JsonNode service = entry.path("Service");
        if (!service.isObject()) {
            return new Read.Unusable(
                    new LeftOut("?", "Service: expected keys and values, got " + shown(service)), true);
        }
        String id = service.path("ID").isTextual() ? Label.of(service.path("ID").textValue()) : "?";
        try {
            return new Read.Usable(instance(service, entry.path("Node")));
        } catch (RuntimeException | StackOverflowError e) {
            boolean ours = e instanceof IllegalArgumentException && e.getMessage() != null;
            return new Read.Unusable(new LeftOut(id, String.valueOf(ours ? e.getMessage() : e)), false);
        }
    }

    private static Instance instance(JsonNode service, JsonNode node) {
        JsonNode id = service.path("ID");
        check(id.isTextual() && !id.textValue().isBlank(), "ID", "a text", id);
        JsonNode own = service.path("Address");
        check(own.isTextual() || isNothing(own), "Address", "a text", own);
        boolean ofNode = isNothing(own) || own.textValue().isEmpty();
        JsonNode address = ofNode ? node.path("Address") : own;
        check(
                address.isTextual() && isHost(address.textValue()),
                ofNode ? "Node.Address" : "Address",
                "a host name or an IP address",
                address);
        JsonNode port = service.path("Port");
        check(
                port.isInt() && port.intValue() >= 1 && port.intValue() <= LONGEST_PORT,
                "Port",
                "1 to " + LONGEST_PORT,
                port);
        return new Instance(
                id.textValue(), address.textValue(), port.intValue(), tags(service), meta(service), weight(service));
    }

    private static List<String> tags(JsonNode service) {
        JsonNode all = service.path("Tags");
        check(all.isArray() || isNothing(all), "Tags", "a list", all);
        List<String> tags = new ArrayList<>(all.size());
        for (JsonNode tag : all) {
            check(tag.isTextual(), "Tags", "texts", tag);
            tags.add(tag.textValue());
        }
        return tags;
    }

    private static Map<String, String> meta(JsonNode service) {
        JsonNode all = service.path("Meta");
        check(all.isObject() || isNothing(all), "Meta", "keys and values", all);
        Map<String, String> meta = new TreeMap<>();
        all.properties().forEach(one -> {
            check(one.getValue().isTextual(), "Meta", "texts", one.getValue());
            meta.put(one.getKey(), one.getValue().textValue());
        });
        return meta;
    }

    /// The weight with passing checks, since only such instances are used; 1 by default.
    private static int weight(JsonNode service) {
        JsonNode weight = service.path("Weights").path("Passing");
        if (isNothing(weight)) {
            return 1;
        }
        check(
                weight.isInt() && weight.intValue() >= 0 && weight.intValue() <= Instance.HEAVIEST,
                "Weights.Passing",
                "0 to " + Instance.HEAVIEST,
                weight);
        return weight.intValue();
    }

    /// True if the text has the form of a name or an address.
    /// [dev.stringsvc.gateway.discovery.AddressPolicy] decides which addresses are allowed.
    private static boolean isHost(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        if (text.indexOf(':') >= 0) {
            return isIpv6(bracketed ? text.substring(1, text.length() - 1) : text);
        }
        // a name may end with the root's dot
        return HostName.areLabels(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
    }

    private static boolean isIpv6(String text) {
        try {
            InetAddress _ = Inet6Address.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isNothing(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static void check(boolean valid, String key, String expected, JsonNode given) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected + ", got " + shown(given));
        }
    }

    private static String shown(JsonNode given) {
        if (given.isMissingNode()) {
            return "nothing";
        }
        if (given.isContainerNode()) {
            return given.isArray() ? "a list" : "keys and values";
        }
        String text = given.asText();
        String shown = Excerpt.of(text, SHOWN);
        return given.isTextual() ? "'" + Label.of(shown) + "'" : shown;
    }
}
