package dev.stringsvc.hotels.rpc;

import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.examples.rpc.GrpcServer;
import dev.stringsvc.hotels.consul.ConsulOptions;
import dev.stringsvc.hotels.consul.ConsulUse;
import dev.stringsvc.hotels.consul.Registered;
import dev.stringsvc.hotels.consul.Role;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.LogWriter;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;

/// The command line of a role that serves gRPC, with health and reflection.
public abstract class RpcOptions extends ConsulOptions {
    /// What the role registers in Consul.
    protected abstract Role role();

    /// What the role serves.
    ///
    /// @param others the services that it may call
    protected abstract BindableService service(Services others);

    @Override
    protected final Start prepare(Environment environment) {
        Settings settings = serving();
        ConsulUse consul = consul(environment);
        return calls -> start(settings, consul, calls);
    }

    /// Listens, and starts to register without waiting for Consul.
    private Service start(Settings settings, ConsulUse consul, LogWriter calls) {
        var others = Services.in(consul.consul());
        try {
            BindableService service = service(others);
            GrpcServer server =
                    GrpcServer.start(settings, () -> ServerInterceptors.intercept(service, new CallLog(calls)));
            Registered registered = Registered.start(consul, settings, role(), server.port());
            return () -> {
                server.stop(registered::end);
                others.close();
            };
        } catch (RuntimeException e) {
            others.close();
            throw e;
        }
    }
}
