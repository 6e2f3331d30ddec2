package dev.stringsvc.hotels.profile;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.stringsvc.hotels.data.DataFile;
import dev.stringsvc.hotels.pb.profile.GetProfilesReply;
import dev.stringsvc.hotels.pb.profile.Hotel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The hotels' profiles in each language.
///
/// @param byLanguage the hotels by their ids, with an entry for each language
record Profiles(Map<Language, Map<String, Hotel>> byLanguage) {
    Profiles {
        byLanguage = Map.copyOf(byLanguage);
    }

    /// A language that there are profiles in.
    enum Language {
        EN,
        DE,
        ZH;

        /// The language of a locale such as `de`, `de-AT` or `de_AT`; `EN` if there is none.
        static Language of(String locale) {
            String tag = Locale.forLanguageTag(locale.replace('_', '-')).getLanguage();
            return Arrays.stream(values())
                    .filter(one -> one.code().equals(tag))
                    .findFirst()
                    .orElse(EN);
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Profiles bundled() {
        return new Profiles(Arrays.stream(Language.values()).collect(Collectors.toMap(one -> one, Profiles::read)));
    }

    private static Map<String, Hotel> read(Language language) {
        String file = "hotels." + language.code() + ".json";
        var all = GetProfilesReply.newBuilder();
        try {
            JsonFormat.parser().merge(DataFile.text(file), all);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(file, e);
        }
        return all.getHotelsList().stream().collect(Collectors.toUnmodifiableMap(Hotel::getId, Function.identity()));
    }

    /// The hotels with these ids, in the order of the ids. Unknown ids are left out.
    List<Hotel> hotels(List<String> ids, Language language) {
        Map<String, Hotel> known = byLanguage.getOrDefault(language, Map.of());
        return ids.stream().distinct().map(known::get).filter(Objects::nonNull).toList();
    }
}
