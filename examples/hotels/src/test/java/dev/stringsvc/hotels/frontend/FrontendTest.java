package dev.stringsvc.hotels.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.examples.http.HttpServer;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.examples.rpc.ServedCalls;
import dev.stringsvc.hotels.Scripted;
import dev.stringsvc.hotels.pb.profile.Address;
import dev.stringsvc.hotels.pb.profile.GetProfilesReply;
import dev.stringsvc.hotels.pb.profile.GetProfilesRequest;
import dev.stringsvc.hotels.pb.profile.Hotel;
import dev.stringsvc.hotels.pb.profile.Image;
import dev.stringsvc.hotels.pb.profile.ProfileGrpc.ProfileImplBase;
import dev.stringsvc.hotels.pb.rate.GetRatesReply;
import dev.stringsvc.hotels.pb.rate.GetRatesRequest;
import dev.stringsvc.hotels.pb.rate.RateGrpc.RateImplBase;
import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.rate.RoomType;
import dev.stringsvc.hotels.pb.search.NearbyReply;
import dev.stringsvc.hotels.pb.search.NearbyRequest;
import dev.stringsvc.hotels.pb.search.SearchGrpc.SearchImplBase;
import dev.stringsvc.hotels.rpc.Failures;
import dev.stringsvc.hotels.rpc.Services;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.tracing.Tracing;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// frontend within the test, with services that do what the test says.
@Timeout(60)
class FrontendTest {
    private static final String DATES = "inDate=2015-04-09&outDate=2015-04-10";
    private static final String PUBLISHED = "{\"type\":\"FeatureCollection\",\"features\":["
            + "{\"id\":\"5\",\"type\":\"Feature\",\"properties\":{\"name\":\"Phoenix Hotel\","
            + "\"phone_number\":\"(415) 776-1380\"},"
            + "\"geometry\":{\"type\":\"Point\",\"coordinates\":[-122.4181,37.7831]}}]}";

    private final Scripted others = new Scripted();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final LogWriter calls = LogWriter.to(log, 100_000);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Services services = others.services();
    private HttpServer frontend;
    private volatile Status searchStatus = Status.OK;
    private volatile boolean rateAnswers = true;

    private final class Search extends SearchImplBase {
        @Override
        public void nearby(NearbyRequest request, StreamObserver<NearbyReply> reply) {
            asked.add("search %s %s %s %s %s"
                    .formatted(
                            request.getLat(),
                            request.getLon(),
                            request.getInDate(),
                            request.getOutDate(),
                            CallIds.current().request().orElse("")));
            if (searchStatus.getCode() == Status.Code.UNAVAILABLE) {
                try {
                    Failures.calling("geo", () -> {
                        throw searchStatus.asRuntimeException();
                    });
                } catch (StatusRuntimeException e) {
                    reply.onError(e);
                }
            } else if (!searchStatus.isOk()) {
                reply.onError(searchStatus.asRuntimeException());
            } else {
                reply.onNext(NearbyReply.newBuilder().addHotelIds("5").build());
                reply.onCompleted();
            }
        }
    }

    private final class Profile extends ProfileImplBase {
        @Override
        public void getProfiles(GetProfilesRequest request, StreamObserver<GetProfilesReply> reply) {
            asked.add("profile " + request.getHotelIdsList() + " " + request.getLocale());
            var address = Address.newBuilder()
                    .setStreetNumber("601")
                    .setStreetName("Eddy Street")
                    .setCity("San Francisco")
                    .setState("CA")
                    .setPostalCode("94109")
                    .setLat(37.7831)
                    .setLon(-122.4181);
            reply.onNext(GetProfilesReply.newBuilder()
                    .addHotels(Hotel.newBuilder()
                            .setId("5")
                            .setName("Phoenix Hotel")
                            .setPhoneNumber("(415) 776-1380")
                            .setDescription("Ein Motel.")
                            .setAddress(address)
                            .addImages(Image.newBuilder().setUrl("images/no.svg"))
                            .addImages(
                                    Image.newBuilder().setUrl("images/yes.svg").setDefault(true)))
                    .setLocale("de")
                    .build());
            reply.onCompleted();
        }
    }

    private final class Rate extends RateImplBase {
        @Override
        public void getRates(GetRatesRequest request, StreamObserver<GetRatesReply> reply) {
            asked.add("rate " + request.getHotelIdsList());
            if (rateAnswers) {
                reply.onNext(GetRatesReply.newBuilder()
                        .addRatePlans(RatePlan.newBuilder()
                                .setHotelId("5")
                                .setCode("RACK")
                                .setInDate(request.getInDate())
                                .setOutDate(request.getOutDate())
                                .setRoomType(RoomType.newBuilder()
                                        .setCode("KNG")
                                        .setDescription("King sized bed")
                                        .setBookableRate(109)
                                        .setTotalRate(109)
                                        .setTotalRateInclusive(123.17)))
                        .build());
                reply.onCompleted();
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        others.serve("search", new Search(), new ServedCalls(() -> Tracing.OFF));
        others.serve("rate", new Rate());
        others.serve("profile", new Profile());
        frontend = serve(Duration.ofSeconds(30));
    }

    private HttpServer serve(Duration timeout) {
        var settings = new Settings(
                "127.0.0.1", 0, Optional.empty(), new Settings.Stop(Duration.ZERO, Duration.ofSeconds(10)));
        return Frontend.serve(settings, new Backend(services, timeout), calls);
    }

    /// Replaces the frontend by one that finds what is registered now.
    private void restart(Duration timeout) {
        frontend.stop(() -> {});
        services.close();
        services = others.services();
        frontend = serve(timeout);
    }

    @AfterEach
    void stop() {
        http.close();
        frontend.stop(() -> {});
        services.close();
        others.close();
        calls.close();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + frontend.port() + path))
                .header("X-Request-Id", "r1")
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void answers_the_hotels_as_geojson() throws Exception {
        HttpResponse<String> answer = get("/hotels?" + DATES);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(PUBLISHED);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Content-Language")).contains("de");
        assertThat(asked).containsExactly("search 37.7749 -122.4194 2015-04-09 2015-04-10 r1", "profile [5] en");
        calls.close();
        assertThat(log.toString(UTF_8)).matches("ts=\\S+ method=GET path=/hotels status=200 took=\\S+ request_id=r1\n");
    }

    @Test
    void passes_on_the_place_and_the_locale_and_adds_details_on_request() throws Exception {
        assertThat(get("/hotels?" + DATES + "&lat=37.8&lon=-122.5&locale=de-AT&details=true")
                        .body())
                .contains("\"phone_number\":\"(415) 776-1380\",\"description\":\"Ein Motel.\","
                        + "\"address\":\"601 Eddy Street, San Francisco, CA 94109\",\"image\":\"images/yes.svg\"}");
        assertThat(asked).containsExactly("search 37.8 -122.5 2015-04-09 2015-04-10 r1", "profile [5] de-AT");
    }

    @Test
    void answers_rates() throws Exception {
        assertThat(get("/rates?hotelIds=5,%203&" + DATES).body())
                .isEqualTo("{\"currency\":\"USD\",\"ratePlans\":[{\"hotelId\":\"5\",\"code\":\"RACK\","
                        + "\"inDate\":\"2015-04-09\",\"outDate\":\"2015-04-10\",\"roomType\":{\"code\":\"KNG\","
                        + "\"description\":\"King sized bed\",\"bookableRate\":109.0,\"totalRate\":109.0,"
                        + "\"totalRateInclusive\":123.17}}]}");
        assertThat(asked).containsExactly("rate [5, 3]");
    }

    @ParameterizedTest
    @CsvSource({
        "/hotels, inDate",
        "/hotels?inDate=2015-04-09, outDate",
        "/hotels?inDate=9.4.2015&outDate=2015-04-10, inDate",
        "/hotels?inDate=2015-04-09&outDate=2015-04-31, outDate",
        "/hotels?inDate=2015-04-09&outDate=2015-04-09, outDate",
        "/hotels?inDate=2015-04-09&outDate=2015-04-10&lat=91, lat",
        "/hotels?inDate=2015-04-09&outDate=2015-04-10&lon=NaN, lon",
        "/hotels?inDate=2015-04-09&outDate=2015-04-10&lon=west, lon",
        "/hotels?inDate=2015-04-09&outDate=2015-04-10&details=yes, details",
        "/rates?inDate=2015-04-09&outDate=2015-04-10, hotelIds",
        "/rates?inDate=2015-04-09&outDate=2015-04-10&hotelIds=5%2C, hotelIds",
        "/rates?hotelIds=5&outDate=2015-04-10, inDate",
    })
    void names_a_parameter_that_is_missing_or_malformed(String path, String parameter) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body())
                .contains("\"detail\":\"" + parameter + ": expected ", "\"parameter\":\"" + parameter + "\"")
                .contains("\"request_id\":\"r1\"");
        assertThat(asked).isEmpty();
    }

    @Test
    void at_most_100_hotels_are_asked_for_at_once() throws Exception {
        assertThat(get("/rates?hotelIds=" + "1,".repeat(99) + "1&" + DATES).statusCode())
                .isEqualTo(200);
        assertThat(get("/rates?hotelIds=" + "1,".repeat(100) + "1&" + DATES).body())
                .contains("expected at most 100 ids, got 101");
    }

    @Test
    void names_a_service_behind_the_one_that_it_calls_if_that_is_away() throws Exception {
        searchStatus = Status.UNAVAILABLE;
        HttpResponse<String> answer = get("/hotels?" + DATES);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains("No instance of geo answers.", "\"service\":\"geo\"");
        assertThat(asked).as("search has tried all of geo's instances").hasSize(1);
    }

    @Test
    void names_a_service_that_has_no_instance() throws Exception {
        others.forget("profile");
        restart(Duration.ofSeconds(30));
        HttpResponse<String> answer = get("/hotels?" + DATES);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("No instance of profile answers.", "\"service\":\"profile\"");
    }

    @Test
    void names_a_service_that_does_not_answer_in_time() throws Exception {
        restart(Duration.ofMillis(500));
        rateAnswers = false;
        HttpResponse<String> answer = get("/rates?hotelIds=5&" + DATES);
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("The service rate did not answer in time.", "\"service\":\"rate\"");
    }

    @Test
    void names_a_service_that_fails() throws Exception {
        searchStatus = Status.INTERNAL;
        HttpResponse<String> answer = get("/hotels?" + DATES);
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("The service search failed.", "\"service\":\"search\"");
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html;charset=utf-8",
        "/index.html, text/html;charset=utf-8",
        "/page.css, text/css;charset=utf-8",
        "/page.js, text/javascript; charset=utf-8",
        "/leaflet/leaflet.js, text/javascript; charset=utf-8",
        "/icon.svg, image/svg+xml",
        "/city.json, application/json",
    })
    void serves_the_page_and_lets_it_run_its_own_scripts_alone(String path, String type) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("").replace(" ", ""))
                .isEqualToIgnoringCase(type.replace(" ", ""));
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'self'")
                .doesNotContain("unsafe");
    }

    @ParameterizedTest
    @CsvSource({
        "/none.js",
        "/leaflet/LICENSE",
        "/leaflet",
        "/../Page.class",
        "/..%2fPage.class",
        "/%2e%2e/%2e%2e/data/geo.json",
        "/leaflet/..%5c..%5cPage.class",
        "//etc/passwd.json",
        "/PAGE.JS",
    })
    void serves_nothing_else(String path) throws Exception {
        assertThat(get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void says_that_it_is_healthy() throws Exception {
        assertThat(get("/health").body()).isEqualTo("{\"status\":\"serving\"}");
    }
}
