package dev.stringsvc.hotels.profile;

import dev.stringsvc.hotels.pb.profile.GetProfilesReply;
import dev.stringsvc.hotels.pb.profile.GetProfilesRequest;
import dev.stringsvc.hotels.pb.profile.ProfileGrpc.ProfileImplBase;
import dev.stringsvc.hotels.profile.Profiles.Language;
import io.grpc.stub.StreamObserver;

/// The service `profile.Profile`.
final class ProfileService extends ProfileImplBase {
    private final Profiles profiles;

    ProfileService(Profiles profiles) {
        this.profiles = profiles;
    }

    @Override
    public void getProfiles(GetProfilesRequest request, StreamObserver<GetProfilesReply> reply) {
        Language language = Language.of(request.getLocale());
        reply.onNext(GetProfilesReply.newBuilder()
                .addAllHotels(profiles.hotels(request.getHotelIdsList(), language))
                .setLocale(language.code())
                .build());
        reply.onCompleted();
    }
}
