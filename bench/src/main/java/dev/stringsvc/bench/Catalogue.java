package dev.stringsvc.bench;

import dev.stringsvc.testkit.ConsulAgent;
import java.util.ArrayList;
import java.util.List;

/// Many services in a real Consul. Each has a tag that routes `/service-N` to it.
final class Catalogue implements AutoCloseable {
    /// The most operations that Consul accepts in one transaction.
    private static final int AT_ONCE = 64;

    private static final String NODE = "bench";

    /// Each watch holds a connection. By default Consul accepts 200 connections from one address.
    private final ConsulAgent consul = ConsulAgent.start("limits { http_max_conns_per_client = 8192 }");

    /// @param ports one for each instance of a service; the same for all services
    Catalogue(int services, List<Integer> ports) {
        consul.put("/v1/catalog/register", "{\"Node\": \"%s\", \"Address\": \"127.0.0.1\"}".formatted(NODE));
        List<String> operations = new ArrayList<>();
        for (int service = 0; service < services; service++) {
            for (int i = 0; i < ports.size(); i++) {
                operations.add(operation(service, i, ports.get(i)));
            }
        }
        for (int from = 0; from < operations.size(); from += AT_ONCE) {
            send(operations.subList(from, Math.min(from + AT_ONCE, operations.size())));
        }
    }

    String address() {
        return consul.address();
    }

    /// Adds an instance, and returns once Consul has registered it.
    ///
    /// @param number a number that no other instance of the service has
    void add(int service, int number, int port) {
        send(List.of(operation(service, number, port)));
    }

    static String path(int service) {
        return "/service-" + service;
    }

    private void send(List<String> operations) {
        consul.put("/v1/txn", "[" + String.join(",", operations) + "]");
    }

    private static String operation(int service, int number, int port) {
        return """
                {"Service": {"Verb": "set", "Node": "%1$s", "Service": {
                  "ID": "service-%2$d-%3$d", "Service": "service-%2$d", "Address": "127.0.0.1", "Port": %4$d,
                  "Weights": {"Passing": 1, "Warning": 1}, "Tags": ["gateway.path=/service-%2$d", "gateway.strip=true"]}}}
                """.formatted(NODE, service, number, port);
    }

    @Override
    public void close() {
        consul.close();
    }
}
