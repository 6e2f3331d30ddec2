package dev.stringsvc.hotels.rate;

import dev.stringsvc.hotels.data.DataFile;
import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.rpc.Stay;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The plans of all hotels.
///
/// @param plans by the hotels' ids
record Inventory(Map<String, List<Plan>> plans) {
    Inventory {
        plans = Map.copyOf(plans);
    }

    static Inventory of(List<Plan> plans) {
        return new Inventory(plans.stream().collect(Collectors.groupingBy(Plan::hotelId)));
    }

    static Inventory bundled() {
        return of(DataFile.list("inventory.json", Plan.class));
    }

    /// The plans of these hotels for a stay, in the order of the ids. Those of one hotel are sorted by
    /// price.
    List<RatePlan> plans(List<String> hotelIds, Stay stay) {
        return hotelIds.stream()
                .distinct()
                .flatMap(id -> plans.getOrDefault(id, List.of()).stream()
                        .filter(plan -> plan.holdsFor(stay))
                        .sorted(Comparator.comparingLong(plan -> plan.room().cents())))
                .map(plan -> plan.priced(stay))
                .toList();
    }
}
