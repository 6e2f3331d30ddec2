package dev.stringsvc.gateway.discovery.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.orbitz.consul.model.health.ServiceHealth;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOut;
import dev.stringsvc.gateway.discovery.Unhealthy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The entries that Consul lists for one service.
///
/// @param instances whose checks all pass
/// @param unhealthy the others
/// @param leftOut the entries that are not valid instances
record Listed(List<Instance> instances, List<Unhealthy> unhealthy, List<LeftOut> leftOut) {
    Listed {
        instances = List.copyOf(instances);
        unhealthy = List.copyOf(unhealthy);
        leftOut = List.copyOf(leftOut);
    }

    boolean isEmpty() {
        return instances.isEmpty();
    }

    /// Reads each entry by itself.
    ///
    /// @throws IllegalArgumentException if the answer is not a list of Consul's entries
    static Listed of(@Nullable List<ServiceHealth> answer) {
        if (answer == null) {
            throw new IllegalArgumentException("expected a list of instances");
        }
        List<Instance> instances = new ArrayList<>(answer.size());
        List<Unhealthy> unhealthy = new ArrayList<>();
        List<LeftOut> leftOut = new ArrayList<>();
        boolean allForeign = true;
        for (ServiceHealth entry : answer) {
            JsonNode json = ((ListedEntry) entry).json();
            switch (ConsulEntry.read(json)) {
                case ConsulEntry.Read.Usable(Instance instance) ->
                    ConsulChecks.unhealthy(instance.key(), json.path("Checks"))
                            .ifPresentOrElse(unhealthy::add, () -> instances.add(instance));
                case ConsulEntry.Read.Unusable(LeftOut why, boolean foreign) -> {
                    leftOut.add(why);
                    allForeign &= foreign;
                }
            }
        }
        if (instances.isEmpty() && unhealthy.isEmpty() && !leftOut.isEmpty() && allForeign) {
            throw new IllegalArgumentException("expected a list of instances");
        }
        return new Listed(instances, unhealthy, leftOut);
    }
}
