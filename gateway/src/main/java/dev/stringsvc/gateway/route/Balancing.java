package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.Token;

/// How a route's requests are spread over the instances of its service.
public sealed interface Balancing {
    /// Each instance in turn.
    record RoundRobin() implements Balancing {}

    /// Each instance in turn, in proportion to its weight.
    record Weighted() implements Balancing {}

    /// Of two instances drawn at random, the one with fewer requests in flight.
    record LeastInFlight() implements Balancing {}

    /// All requests of one key to one instance, unless it has left or is far busier than the others.
    record ConsistentHash(Key by) implements Balancing {}

    /// The part of a request that is hashed.
    sealed interface Key {
        /// The first value of a header.
        record Header(String name) implements Key {
            public Header {
                checkName(name);
            }
        }

        /// The value of a cookie that the client sends.
        record Cookie(String name) implements Key {
            public Cookie {
                checkName(name);
            }
        }

        /// The client's IP address.
        record ClientAddress() implements Key {}

        private static void checkName(String name) {
            if (!Token.isValid(name)) {
                throw unexpected();
            }
        }
    }

    /// Reads what [#text] writes.
    ///
    /// @throws IllegalArgumentException when the text has another form; the message says what was
    /// expected
    static Balancing parse(String text) {
        return switch (text) {
            case "round-robin" -> new RoundRobin();
            case "weighted" -> new Weighted();
            case "least-in-flight" -> new LeastInFlight();
            case "hash client" -> new ConsistentHash(new Key.ClientAddress());
            case String hash
            when hash.startsWith("hash header ") ->
                new ConsistentHash(new Key.Header(hash.substring("hash header ".length())));
            case String hash
            when hash.startsWith("hash cookie ") ->
                new ConsistentHash(new Key.Cookie(hash.substring("hash cookie ".length())));
            default -> throw unexpected();
        };
    }

    private static IllegalArgumentException unexpected() {
        return new IllegalArgumentException("expected round-robin, weighted, least-in-flight, hash header NAME,"
                + " hash cookie NAME or hash client");
    }

    /// The text that stands for it in a configuration file.
    default String text() {
        return switch (this) {
            case RoundRobin() -> "round-robin";
            case Weighted() -> "weighted";
            case LeastInFlight() -> "least-in-flight";
            case ConsistentHash(Key.Header(String name)) -> "hash header " + name;
            case ConsistentHash(Key.Cookie(String name)) -> "hash cookie " + name;
            case ConsistentHash(Key.ClientAddress()) -> "hash client";
        };
    }
}
