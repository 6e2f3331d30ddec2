package dev.stringsvc.hotels.profile;

import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.hotels.rpc.RpcOptions;
import dev.stringsvc.hotels.rpc.Services;
import io.grpc.BindableService;
import picocli.CommandLine.Command;

/// The command line of profile.
@Command(name = "profile", description = "Serves the gRPC service profile.Profile: names, addresses, descriptions.")
public final class ProfileOptions extends RpcOptions {
    @Override
    protected int defaultPort() {
        return 8094;
    }

    @Override
    protected Role role() {
        return Role.transcoded("profile", "/api/profile");
    }

    @Override
    protected BindableService service(Services others) {
        return new ProfileService(Profiles.bundled());
    }
}
