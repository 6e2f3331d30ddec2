package dev.stringsvc.testkit.run;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A system to run: services that register themselves, and a gateway in front of them.
///
/// @param registry where the services register; empty if it runs already
/// @param services each is ready once the gateway lists it
/// @param gateway is started last and stopped first
/// @param adminPort the gateway's admin port
/// @param probe a path that the gateway answers with 200 once all work together; empty if the services are enough
/// @param toTry commands to show once all is ready
record Plan(
        Optional<Registry> registry,
        List<Service> services,
        Program gateway,
        int adminPort,
        Optional<String> probe,
        List<String> toTry) {
    /// @param listed what the gateway's `/upstreams` contains, blanks left out, once it has the instance; empty if it
    /// has no route to the service
    record Service(String listed, Program program) {}

    /// The names of all programs, in the order in which they are started.
    List<String> names() {
        var programs = services.stream().map(service -> service.program().name());
        return Stream.of(registry.stream().map(Registry::name), programs, Stream.of(gateway.name()))
                .flatMap(names -> names)
                .toList();
    }
}
