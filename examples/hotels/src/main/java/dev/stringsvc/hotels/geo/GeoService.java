package dev.stringsvc.hotels.geo;

import dev.stringsvc.hotels.pb.geo.GeoGrpc.GeoImplBase;
import dev.stringsvc.hotels.pb.geo.NearbyReply;
import dev.stringsvc.hotels.pb.geo.NearbyRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/// The service `geo.Geo`.
final class GeoService extends GeoImplBase {
    private final Places places;

    GeoService(Places places) {
        this.places = places;
    }

    @Override
    public void nearby(NearbyRequest request, StreamObserver<NearbyReply> reply) {
        Point point;
        try {
            point = new Point(request.getLat(), request.getLon());
        } catch (IllegalArgumentException e) {
            reply.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            return;
        }
        reply.onNext(NearbyReply.newBuilder().addAllHotelIds(places.near(point)).build());
        reply.onCompleted();
    }
}
