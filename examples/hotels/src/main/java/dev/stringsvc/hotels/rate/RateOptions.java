package dev.stringsvc.hotels.rate;

import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.hotels.rpc.RpcOptions;
import dev.stringsvc.hotels.rpc.Services;
import io.grpc.BindableService;
import picocli.CommandLine.Command;

/// The command line of rate.
@Command(name = "rate", description = "Serves the gRPC service rate.Rate: what rooms cost.")
public final class RateOptions extends RpcOptions {
    @Override
    protected int defaultPort() {
        return 8093;
    }

    @Override
    protected Role role() {
        return Role.transcoded("rate", "/api/rate");
    }

    @Override
    protected BindableService service(Services others) {
        return new RateService(Inventory.bundled());
    }
}
