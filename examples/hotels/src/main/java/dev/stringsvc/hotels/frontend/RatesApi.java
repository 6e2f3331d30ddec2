package dev.stringsvc.hotels.frontend;

import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.rate.RoomType;
import dev.stringsvc.hotels.rpc.Stay;
import java.util.List;
import java.util.Optional;

/// `GET /rates`: what rooms of given hotels cost.
final class RatesApi {
    private RatesApi() {}

    record Rates(String currency, List<Plan> ratePlans) {}

    record Plan(String hotelId, String code, String inDate, String outDate, Room roomType) {}

    record Room(String code, String description, double bookableRate, double totalRate, double totalRateInclusive) {}

    static Endpoint.Answer answer(Parameters parameters, Backend.Calls calls) {
        List<String> ids = parameters.hotelIds();
        Stay stay = parameters.stay();
        var plans = calls.rates(ids, stay).stream().map(RatesApi::plan).toList();
        return new Endpoint.Answer(new Rates("USD", plans), Optional.empty());
    }

    private static Plan plan(RatePlan plan) {
        RoomType room = plan.getRoomType();
        return new Plan(
                plan.getHotelId(),
                plan.getCode(),
                plan.getInDate(),
                plan.getOutDate(),
                new Room(
                        room.getCode(),
                        room.getDescription(),
                        room.getBookableRate(),
                        room.getTotalRate(),
                        room.getTotalRateInclusive()));
    }
}
