package dev.stringsvc.hotels.frontend;

import dev.stringsvc.hotels.pb.profile.GetProfilesReply;
import dev.stringsvc.hotels.pb.profile.GetProfilesRequest;
import dev.stringsvc.hotels.pb.profile.ProfileGrpc;
import dev.stringsvc.hotels.pb.rate.GetRatesRequest;
import dev.stringsvc.hotels.pb.rate.RateGrpc;
import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.search.NearbyRequest;
import dev.stringsvc.hotels.pb.search.SearchGrpc;
import dev.stringsvc.hotels.rpc.Failures;
import dev.stringsvc.hotels.rpc.Services;
import dev.stringsvc.hotels.rpc.Stay;
import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The services behind the frontend. Thread-safe.
final class Backend {
    private static final String SEARCH = "search";
    private static final String PROFILE = "profile";
    private static final String RATE = "rate";

    private final Channel search;
    private final Channel profile;
    private final Channel rate;
    private final Duration timeout;

    /// Starts to connect, and returns at once.
    Backend(Services services, Duration timeout) {
        this.search = services.channel(SEARCH);
        this.profile = services.channel(PROFILE);
        this.rate = services.channel(RATE);
        this.timeout = timeout;
    }

    /// A service did not give an answer.
    static final class ServiceFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String service;
        private final StatusRuntimeException failure;

        ServiceFailed(String service, StatusRuntimeException failure) {
            super(failure);
            this.service = service;
            this.failure = failure;
        }

        String service() {
            return service;
        }

        StatusRuntimeException failure() {
            return failure;
        }
    }

    /// All calls for one request.
    Calls calls() {
        return new Calls(Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS));
    }

    /// The calls for one request, which share its deadline. Each passes what is left of it on. All throw
    /// [ServiceFailed].
    final class Calls {
        private final Deadline deadline;

        private Calls(Deadline deadline) {
            this.deadline = deadline;
        }

        List<String> near(Place place, Stay stay) {
            return call(
                    SEARCH,
                    () -> SearchGrpc.newBlockingStub(search)
                            .withDeadline(deadline)
                            .nearby(NearbyRequest.newBuilder()
                                    .setLat(place.lat())
                                    .setLon(place.lon())
                                    .setInDate(stay.in().toString())
                                    .setOutDate(stay.out().toString())
                                    .build())
                            .getHotelIdsList());
        }

        GetProfilesReply profiles(List<String> hotelIds, String locale) {
            return call(
                    PROFILE,
                    () -> ProfileGrpc.newBlockingStub(profile)
                            .withDeadline(deadline)
                            .getProfiles(GetProfilesRequest.newBuilder()
                                    .addAllHotelIds(hotelIds)
                                    .setLocale(locale)
                                    .build()));
        }

        List<RatePlan> rates(List<String> hotelIds, Stay stay) {
            return call(
                    RATE,
                    () -> RateGrpc.newBlockingStub(rate)
                            .withDeadline(deadline)
                            .getRates(GetRatesRequest.newBuilder()
                                    .addAllHotelIds(hotelIds)
                                    .setInDate(stay.in().toString())
                                    .setOutDate(stay.out().toString())
                                    .build())
                            .getRatePlansList());
        }
    }

    private static <T> T call(String service, Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw new ServiceFailed(Failures.serviceOf(e).orElse(service), e);
        }
    }
}
