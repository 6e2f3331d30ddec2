package dev.stringsvc.testkit.run;

import java.util.List;
import java.util.stream.Stream;

/// A system to run: services that register themselves in Consul, and a gateway in front of them.
///
/// @param services each is ready once the gateway has an instance with its id
/// @param gateway is started last and stopped first
/// @param adminPort the gateway's admin port
/// @param toTry commands to show once all is ready
record Plan(List<Service> services, Program gateway, int adminPort, List<String> toTry) {
    /// @param id the instance's id in Consul
    record Service(String id, Program program) {}

    /// The names of all programs, in the order in which they are started.
    List<String> names() {
        var programs = services.stream().map(service -> service.program().name());
        return Stream.of(Stream.of(Launcher.CONSUL), programs, Stream.of(gateway.name()))
                .flatMap(names -> names)
                .toList();
    }
}
