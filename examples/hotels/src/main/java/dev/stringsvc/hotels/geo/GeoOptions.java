package dev.stringsvc.hotels.geo;

import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.hotels.rpc.RpcOptions;
import dev.stringsvc.hotels.rpc.Services;
import io.grpc.BindableService;
import picocli.CommandLine.Command;

/// The command line of geo.
@Command(name = "geo", description = "Serves the gRPC service geo.Geo: which hotels are near a point.")
public final class GeoOptions extends RpcOptions {
    @Override
    protected int defaultPort() {
        return 8092;
    }

    @Override
    protected Role role() {
        return Role.grpc("geo");
    }

    @Override
    protected BindableService service(Services others) {
        return new GeoService(Places.bundled());
    }
}
