package dev.stringsvc.hotels.rate;

import dev.stringsvc.hotels.pb.rate.GetRatesReply;
import dev.stringsvc.hotels.pb.rate.GetRatesRequest;
import dev.stringsvc.hotels.pb.rate.RateGrpc.RateImplBase;
import dev.stringsvc.hotels.rpc.Stay;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/// The service `rate.Rate`.
final class RateService extends RateImplBase {
    private final Inventory inventory;

    RateService(Inventory inventory) {
        this.inventory = inventory;
    }

    @Override
    public void getRates(GetRatesRequest request, StreamObserver<GetRatesReply> reply) {
        Stay stay;
        try {
            stay = Stay.parse(request.getInDate(), request.getOutDate());
        } catch (Stay.InvalidDate e) {
            reply.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        reply.onNext(GetRatesReply.newBuilder()
                .addAllRatePlans(inventory.plans(request.getHotelIdsList(), stay))
                .build());
        reply.onCompleted();
    }
}
