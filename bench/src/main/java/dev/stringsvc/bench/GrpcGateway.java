package dev.stringsvc.bench;

import java.io.IOException;
import java.util.List;

/// The gateway with a route for gRPC, set up like [OurGateway] otherwise.
record GrpcGateway(OurGateway gateway) implements Peer {
    private static final String CONFIG = """
            limits:
              in-flight: 2000
            services:
              stringsvc:
                in-flight: 2000
                protocol: h2c
            routes:
              - path: /bench.Calls
                service: stringsvc
                idempotent: true
                deadline: 3s
            """;

    @Override
    public String name() {
        return gateway.name();
    }

    @Override
    public String version() {
        return gateway.version();
    }

    @Override
    public boolean compilesWhileItRuns() {
        return true;
    }

    @Override
    public List<String> command(Site site) throws IOException {
        return gateway.command(site, CONFIG, 0);
    }

    @Override
    public void await(int port) {
        GrpcProbe.await(port);
    }
}
