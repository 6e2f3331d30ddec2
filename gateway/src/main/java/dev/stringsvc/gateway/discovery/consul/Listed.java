package dev.stringsvc.gateway.discovery.consul;

import com.orbitz.consul.model.health.ServiceHealth;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOut;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The entries that Consul lists for one service.
///
/// @param leftOut the entries that are not valid instances
record Listed(List<Instance> instances, List<LeftOut> leftOut) {
    Listed {
        instances = List.copyOf(instances);
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
        List<LeftOut> leftOut = new ArrayList<>();
        boolean allForeign = true;
        for (ServiceHealth entry : answer) {
            switch (ConsulEntry.read(((ListedEntry) entry).json())) {
                case ConsulEntry.Read.Usable(Instance instance) -> instances.add(instance);
                case ConsulEntry.Read.Unusable(LeftOut why, boolean foreign) -> {
                    leftOut.add(why);
                    allForeign &= foreign;
                }
            }
        }
        if (instances.isEmpty() && !leftOut.isEmpty() && allForeign) {
            throw new IllegalArgumentException("expected a list of instances");
        }
        return new Listed(instances, leftOut);
    }
}
