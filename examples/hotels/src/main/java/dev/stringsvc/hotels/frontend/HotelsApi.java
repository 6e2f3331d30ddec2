package dev.stringsvc.hotels.frontend;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.stringsvc.hotels.pb.profile.Address;
import dev.stringsvc.hotels.pb.profile.GetProfilesReply;
import dev.stringsvc.hotels.pb.profile.Hotel;
import dev.stringsvc.hotels.pb.profile.Image;
import dev.stringsvc.hotels.rpc.Stay;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `GET /hotels`: the hotels that are near and have a room, as GeoJSON.
final class HotelsApi {
    private HotelsApi() {}

    @JsonPropertyOrder({"type", "features"})
    record FeatureCollection(List<Feature> features) {
        @JsonProperty
        String type() {
            return "FeatureCollection";
        }
    }

    @JsonPropertyOrder({"id", "type", "properties", "geometry"})
    record Feature(String id, Properties properties, Point geometry) {
        @JsonProperty
        String type() {
            return "Feature";
        }
    }

    /// @param coordinates longitude and latitude
    @JsonPropertyOrder({"type", "coordinates"})
    record Point(List<Double> coordinates) {
        @JsonProperty
        String type() {
            return "Point";
        }
    }

    /// The last three are there only if the request asks for details.
    ///
    /// @param image a URL relative to the page
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Properties(
            String name,
            @JsonProperty("phone_number") String phoneNumber,
            @Nullable String description,
            @Nullable String address,
            @Nullable String image) {}

    static Endpoint.Answer answer(Parameters parameters, Backend.Calls calls) {
        Stay stay = parameters.stay();
        Place place = parameters.place();
        boolean details = parameters.details();
        GetProfilesReply profiles = calls.profiles(calls.near(place, stay), parameters.locale());
        var features = profiles.getHotelsList().stream()
                .map(hotel -> feature(hotel, details))
                .toList();
        return new Endpoint.Answer(new FeatureCollection(features), Optional.of(profiles.getLocale()));
    }

    private static Feature feature(Hotel hotel, boolean details) {
        Address address = hotel.getAddress();
        var geometry = new Point(List.of(address.getLon(), address.getLat()));
        var properties = details
                ? new Properties(
                        hotel.getName(), hotel.getPhoneNumber(), hotel.getDescription(), line(address), image(hotel))
                : new Properties(hotel.getName(), hotel.getPhoneNumber(), null, null, null);
        return new Feature(hotel.getId(), properties, geometry);
    }

    private static String line(Address address) {
        return "%s %s, %s, %s %s"
                .formatted(
                        address.getStreetNumber(),
                        address.getStreetName(),
                        address.getCity(),
                        address.getState(),
                        address.getPostalCode());
    }

    private static @Nullable String image(Hotel hotel) {
        return hotel.getImagesList().stream()
                .filter(Image::getDefault)
                .map(Image::getUrl)
                .findFirst()
                .orElse(null);
    }
}
