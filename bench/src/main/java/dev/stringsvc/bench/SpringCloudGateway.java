package dev.stringsvc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Spring Cloud Gateway on WebFlux. Its route is in its own `application.yaml`, and its instances are a
/// fixed list.
record SpringCloudGateway(List<String> javaOptions) implements Peer {
    static final String NAME = "Spring Cloud Gateway";
    private static final Path JAR = Path.of("bench/spring-cloud-gateway/target/spring-cloud-gateway.jar");
    /// With this collector a request takes half as much CPU time as with the one that the JVM chooses
    /// by default here.
    private static final String COLLECTOR = "-XX:+UseParallelGC";

    private static final Pattern LIBRARY = Pattern.compile("spring-cloud-gateway-server-webflux-(.*)\\.jar");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        try (var jar = new JarFile(JAR.toFile())) {
            return jar.stream()
                    .flatMap(entry -> LIBRARY.matcher(entry.getName()).results())
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean compilesWhileItRuns() {
        return true;
    }

    @Override
    public List<String> command(Site site) {
        Stream<String> instances = IntStream.range(0, site.instances().size())
                .mapToObj(i -> "--spring.cloud.discovery.client.simple.instances.stringsvc[%d].uri=http://127.0.0.1:%d"
                        .formatted(i, site.instances().get(i)));
        String[] arguments = Stream.concat(Stream.of("--server.port=" + site.port()), instances)
                .toArray(String[]::new);
        List<String> options = Stream.concat(
                        javaOptions.stream(), Stream.of(COLLECTOR, "-Dreactor.netty.http.server.accessLogEnabled=true"))
                .toList();
        return new JavaProgram(JAR, options).command(arguments);
    }
}
