package dev.stringsvc.hotels.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stringsvc.hotels.Scripted;
import dev.stringsvc.hotels.pb.geo.GeoGrpc.GeoImplBase;
import dev.stringsvc.hotels.pb.rate.GetRatesReply;
import dev.stringsvc.hotels.pb.rate.GetRatesRequest;
import dev.stringsvc.hotels.pb.rate.RateGrpc.RateImplBase;
import dev.stringsvc.hotels.pb.rate.RatePlan;
import dev.stringsvc.hotels.pb.search.NearbyReply;
import dev.stringsvc.hotels.pb.search.NearbyRequest;
import dev.stringsvc.hotels.pb.search.SearchGrpc;
import dev.stringsvc.hotels.rpc.Failures;
import dev.stringsvc.hotels.rpc.Services;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SearchServiceTest {
    private final Scripted others = new Scripted();
    private final List<Long> millisLeft = new CopyOnWriteArrayList<>();
    private final AtomicInteger searches = new AtomicInteger();
    private Services services;
    private volatile Status geo = Status.OK;
    private volatile boolean rateAnswers = true;

    @BeforeEach
    void start() throws IOException {
        others.serve("geo", new GeoImplBase() {
            @Override
            public void nearby(
                    dev.stringsvc.hotels.pb.geo.NearbyRequest request,
                    StreamObserver<dev.stringsvc.hotels.pb.geo.NearbyReply> reply) {
                Deadline left = Objects.requireNonNull(Context.current().getDeadline());
                millisLeft.add(left.timeRemaining(TimeUnit.MILLISECONDS));
                if (!geo.isOk()) {
                    reply.onError(geo.asRuntimeException());
                    return;
                }
                reply.onNext(dev.stringsvc.hotels.pb.geo.NearbyReply.newBuilder()
                        .addAllHotelIds(List.of("7", "5", "3"))
                        .build());
                reply.onCompleted();
            }
        });
        others.serve("rate", new RateImplBase() {
            @Override
            public void getRates(GetRatesRequest request, StreamObserver<GetRatesReply> reply) {
                if (rateAnswers) {
                    var answer = GetRatesReply.newBuilder();
                    for (String id : List.of("5", "5", "3")) {
                        answer.addRatePlans(RatePlan.newBuilder().setHotelId(id));
                    }
                    reply.onNext(answer.build());
                    reply.onCompleted();
                }
            }
        });
        services = others.services();
        var search = new SearchService(services.channel("geo"), services.channel("rate"));
        others.serve("search", new SearchGrpc.SearchImplBase() {
            @Override
            public void nearby(NearbyRequest request, StreamObserver<NearbyReply> reply) {
                searches.incrementAndGet();
                search.nearby(request, reply);
            }
        });
    }

    @AfterEach
    void stop() {
        services.close();
        others.close();
    }

    private List<String> search(Duration deadline) {
        return SearchGrpc.newBlockingStub(services.channel("search"))
                .withDeadlineAfter(deadline)
                .nearby(NearbyRequest.getDefaultInstance())
                .getHotelIdsList();
    }

    private StatusRuntimeException failure(Duration deadline) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> search(deadline));
    }

    @Test
    void finds_the_near_hotels_that_have_a_rate_and_passes_its_deadline_on() {
        assertThat(search(Duration.ofSeconds(100))).containsExactly("5", "3");
        assertThat(millisLeft)
                .singleElement()
                .satisfies(left -> assertThat(left).isLessThanOrEqualTo(90_000));
    }

    @Test
    void names_the_service_that_is_away_and_is_not_asked_again() {
        geo = Status.UNAVAILABLE;
        StatusRuntimeException failure = failure(Duration.ofSeconds(30));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(Failures.serviceOf(failure)).contains("geo");
        assertThat(millisLeft).as("calls of geo").hasSize(5);
        assertThat(searches).as("calls of search").hasValue(1);
    }

    @Test
    void names_the_service_that_is_too_slow() {
        rateAnswers = false;
        StatusRuntimeException failure = failure(Duration.ofSeconds(3));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(Failures.serviceOf(failure)).contains("rate");
    }

    @Test
    void names_the_service_that_fails() {
        geo = Status.UNIMPLEMENTED;
        StatusRuntimeException failure = failure(Duration.ofSeconds(30));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(Failures.serviceOf(failure)).contains("geo");
    }
}
