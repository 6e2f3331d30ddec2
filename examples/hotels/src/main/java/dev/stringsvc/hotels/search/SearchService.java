package dev.stringsvc.hotels.search;

import dev.stringsvc.hotels.pb.geo.GeoGrpc;
import dev.stringsvc.hotels.pb.rate.GetRatesRequest;
import dev.stringsvc.hotels.pb.rate.RateGrpc;
import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.search.NearbyReply;
import dev.stringsvc.hotels.pb.search.NearbyRequest;
import dev.stringsvc.hotels.pb.search.SearchGrpc.SearchImplBase;
import dev.stringsvc.hotels.rpc.Failures;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The service `search.Search`.
final class SearchService extends SearchImplBase {
    /// How long a call may take if its caller does not say.
    private static final long USUAL_MILLIS = 3_000;

    private final Channel geo;
    private final Channel rate;

    SearchService(Channel geo, Channel rate) {
        this.geo = geo;
        this.rate = rate;
    }

    @Override
    public void nearby(NearbyRequest request, StreamObserver<NearbyReply> reply) {
        NearbyReply answer;
        try {
            Deadline deadline = deadline();
            List<String> near = Failures.calling("geo", () -> near(request, deadline));
            answer = NearbyReply.newBuilder()
                    .addAllHotelIds(Failures.calling("rate", () -> withRates(near, request, deadline)))
                    .build();
        } catch (StatusRuntimeException e) {
            reply.onError(e);
            return;
        }
        reply.onNext(answer);
        reply.onCompleted();
    }

    /// Nine tenths of the time that the caller gives. The rest is for an answer that names the service
    /// that was too slow.
    private static Deadline deadline() {
        Deadline callers = Context.current().getDeadline();
        long millis = callers == null ? USUAL_MILLIS : callers.timeRemaining(TimeUnit.MILLISECONDS);
        return Deadline.after(millis * 9 / 10, TimeUnit.MILLISECONDS);
    }

    private List<String> near(NearbyRequest request, Deadline deadline) {
        return GeoGrpc.newBlockingStub(geo)
                .withDeadline(deadline)
                .nearby(dev.stringsvc.hotels.pb.geo.NearbyRequest.newBuilder()
                        .setLat(request.getLat())
                        .setLon(request.getLon())
                        .build())
                .getHotelIdsList();
    }

    /// The hotels that have a rate for the stay, in the same order.
    private List<String> withRates(List<String> near, NearbyRequest request, Deadline deadline) {
        return RateGrpc.newBlockingStub(rate)
                .withDeadline(deadline)
                .getRates(GetRatesRequest.newBuilder()
                        .addAllHotelIds(near)
                        .setInDate(request.getInDate())
                        .setOutDate(request.getOutDate())
                        .build())
                .getRatePlansList()
                .stream()
                .map(RatePlan::getHotelId)
                .distinct()
                .toList();
    }
}
