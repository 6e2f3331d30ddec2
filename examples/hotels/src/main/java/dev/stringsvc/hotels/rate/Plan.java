package dev.stringsvc.hotels.rate;

import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.rate.RoomType;
import dev.stringsvc.hotels.rpc.Stay;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One entry of `inventory.json`: what a room of a hotel costs, and when.
///
/// @param from   the first day of arrival
/// @param to     the last day of departure; null if there is none
/// @param season of the year in which guests may arrive; null for the whole year
record Plan(
        String hotelId,
        String code,
        String from,
        @Nullable String to,
        @Nullable Season season,
        Room room) {
    /// What the city and the state add to the price of a room.
    private static final int TAX_PERCENT = 13;

    /// @param cents a night, without taxes
    record Room(String code, String description, long cents) {}

    /// A part of each year; it may include the end of the year.
    ///
    /// @param from the first day, such as `--05-01`
    /// @param to   the last day
    record Season(String from, String to) {
        boolean has(LocalDate date) {
            MonthDay day = MonthDay.from(date);
            boolean begun = !day.isBefore(MonthDay.parse(from));
            boolean goesOn = !day.isAfter(MonthDay.parse(to));
            return MonthDay.parse(from).isAfter(MonthDay.parse(to)) ? begun || goesOn : begun && goesOn;
        }
    }

    /// True if the plan is for these dates. The season is that of the arrival.
    boolean holdsFor(Stay stay) {
        boolean ended = Optional.ofNullable(to)
                .filter(last -> stay.out().isAfter(LocalDate.parse(last)))
                .isPresent();
        boolean inSeason =
                Optional.ofNullable(season).map(part -> part.has(stay.in())).orElse(true);
        return !stay.in().isBefore(LocalDate.parse(from)) && !ended && inSeason;
    }

    /// The plan with what it costs for a stay.
    RatePlan priced(Stay stay) {
        long total = room.cents() * stay.nights();
        long inclusive = Math.round(total * (100 + TAX_PERCENT) / 100.0);
        return RatePlan.newBuilder()
                .setHotelId(hotelId)
                .setCode(code)
                .setInDate(stay.in().toString())
                .setOutDate(stay.out().toString())
                .setRoomType(RoomType.newBuilder()
                        .setCode(room.code())
                        .setDescription(room.description())
                        .setBookableRate(dollars(room.cents()))
                        .setTotalRate(dollars(total))
                        .setTotalRateInclusive(dollars(inclusive)))
                .build();
    }

    private static double dollars(long cents) {
        return cents / 100.0;
    }
}
