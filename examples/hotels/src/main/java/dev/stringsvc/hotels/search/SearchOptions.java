package dev.stringsvc.hotels.search;

import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.hotels.rpc.RpcOptions;
import dev.stringsvc.hotels.rpc.Services;
import io.grpc.BindableService;
import picocli.CommandLine.Command;

/// The command line of search.
@Command(name = "search", description = "Serves the gRPC service search.Search: which hotels are near and have a room.")
public final class SearchOptions extends RpcOptions {
    @Override
    protected int defaultPort() {
        return 8091;
    }

    @Override
    protected Role role() {
        return Role.grpc("search");
    }

    @Override
    protected BindableService service(Services others) {
        return new SearchService(others.channel("geo"), others.channel("rate"));
    }
}
