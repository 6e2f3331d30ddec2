package dev.stringsvc.hotels.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.rpc.Stay;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InventoryTest {
    private static Plan plan(String hotel, long cents, @Nullable String to, Plan.@Nullable Season season) {
        return new Plan(hotel, "RACK", "2024-01-01", to, season, new Plan.Room("KNG", "King sized bed", cents));
    }

    private static boolean holds(Plan plan, String in, String out) {
        return plan.holdsFor(Stay.parse(in, out));
    }

    @Test
    void holds_from_its_first_arrival_to_its_last_departure() {
        Plan plan = plan("1", 100, "2024-03-31", null);
        assertThat(holds(plan, "2024-01-01", "2024-03-31")).isTrue();
        assertThat(holds(plan, "2023-12-31", "2024-01-02")).isFalse();
        assertThat(holds(plan, "2024-03-30", "2024-04-01")).isFalse();
        assertThat(holds(plan("1", 100, null, null), "2199-12-31", "2200-01-01"))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--05-01, --10-31, 2026-05-01, true",
        "--05-01, --10-31, 2026-10-31, true",
        "--05-01, --10-31, 2026-11-01, false",
        "--11-01, --04-30, 2026-11-01, true",
        "--11-01, --04-30, 2028-02-29, true",
        "--11-01, --04-30, 2026-05-01, false",
    })
    void the_season_is_that_of_the_arrival_also_around_new_year(String from, String to, String in, boolean holds) {
        Plan plan = plan("1", 100, null, new Plan.Season(from, to));
        assertThat(holds(plan, in, "2099-01-01")).isEqualTo(holds);
    }

    @Test
    void prices_the_whole_stay_and_rounds_the_taxes_to_a_cent() {
        RatePlan priced = plan("1", 10_999, null, null).priced(Stay.parse("2026-11-28", "2026-12-01"));
        assertThat(priced.getInDate()).isEqualTo("2026-11-28");
        assertThat(priced.getOutDate()).isEqualTo("2026-12-01");
        assertThat(priced.getRoomType().getBookableRate()).isEqualTo(109.99);
        assertThat(priced.getRoomType().getTotalRate()).isEqualTo(329.97);
        assertThat(priced.getRoomType().getTotalRateInclusive()).isEqualTo(372.87);
    }

    @Test
    void lists_the_hotels_as_asked_and_the_plans_of_each_from_the_cheapest_up() {
        var inventory = Inventory.of(
                List.of(plan("1", 300, null, null), plan("1", 100, null, null), plan("2", 200, null, null)));
        var plans = inventory.plans(List.of("2", "9", "1", "2"), Stay.parse("2026-01-01", "2026-01-02"));
        assertThat(plans)
                .extracting(plan -> plan.getHotelId() + " " + plan.getRoomType().getBookableRate())
                .containsExactly("2 2.0", "1 1.0", "1 3.0");
    }

    @Test
    void the_published_dates_have_plans_of_the_published_hotels_alone() {
        var all = IntStream.rangeClosed(1, 99).mapToObj(Integer::toString).toList();
        var plans = Inventory.bundled().plans(all, Stay.parse("2015-04-09", "2015-04-10"));
        assertThat(plans).extracting(RatePlan::getHotelId).containsExactly("3", "5");
        assertThat(plans.getLast().getRoomType().getTotalRateInclusive()).isEqualTo(123.17);
    }

    @ParameterizedTest
    @CsvSource({
        "2015-04-10, 2015-04-09, outDate",
        "2015-04-09, 2015-04-09, outDate",
        "2015-02-29, 2015-04-09, inDate",
        "2015-04-09, tomorrow, outDate",
        "'', 2015-04-09, inDate",
    })
    void a_stay_has_two_dates_of_which_the_second_is_later(String in, String out, String parameter) {
        assertThatThrownBy(() -> Stay.parse(in, out))
                .isInstanceOfSatisfying(
                        Stay.InvalidDate.class, e -> assertThat(e.parameter()).isEqualTo(parameter));
    }
}
