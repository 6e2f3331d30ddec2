package dev.stringsvc.hotels.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.hotels.pb.profile.Hotel;
import dev.stringsvc.hotels.profile.Profiles.Language;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfilesTest {
    @ParameterizedTest
    @CsvSource({
        "en, EN",
        "de, DE",
        "zh, ZH",
        "DE, DE",
        "de-AT, DE",
        "zh_Hant_TW, ZH",
        "fr, EN",
        "'', EN",
        "de;q=1, EN",
        "💥, EN"
    })
    void an_unknown_locale_falls_back_to_en(String locale, Language language) {
        assertThat(Language.of(locale)).isEqualTo(language);
    }

    @Test
    void finds_hotels_as_asked_in_each_language() {
        var profiles = Profiles.bundled();
        for (Language language : Language.values()) {
            List<Hotel> hotels = profiles.hotels(List.of("3", "none", "5", "3"), language);
            assertThat(hotels).extracting(Hotel::getName).containsExactly("Hotel Zetta", "Phoenix Hotel");
        }
        assertThat(profiles.hotels(List.of("5"), Language.DE).getFirst().getDescription())
                .contains("Motel der Fünfzigerjahre");
    }
}
