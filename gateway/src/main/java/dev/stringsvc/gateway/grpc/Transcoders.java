package dev.stringsvc.gateway.grpc;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transport.Transport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which transcoder each service has now. Thread-safe.
public final class Transcoders {
    private final Map<String, Source> sources = new ConcurrentHashMap<>();

    private interface Source {
        Transcoder transcoder() throws TranscodingException;
    }

    /// The service's methods are as given.
    public void define(String service, Transcoder transcoder) {
        sources.put(service, () -> transcoder);
    }

    /// The service's instances describe their methods.
    ///
    /// @param instances that may be asked; the same list as long as they are the same
    public void reflect(String service, Supplier<List<Transport>> instances) {
        var reflection = new Reflection(service, instances);
        sources.put(service, reflection::transcoder);
    }

    /// Forgets all other services.
    public void keepOnly(Set<String> services) {
        sources.keySet().retainAll(services);
    }

    /// The call that a request to a service asks for.
    ///
    /// @throws TranscodingException if there is none, or the service's methods are not known
    public Transcoder.Call call(String service, Transcoder.Request request) throws TranscodingException {
        @Nullable Source source = sources.get(service);
        if (source == null) {
            throw new TranscodingException(GrpcStatus.UNAVAILABLE, "The gateway does not know the service's methods.");
        }
        return source.transcoder().call(request);
    }
}
