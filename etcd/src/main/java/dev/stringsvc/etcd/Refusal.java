package dev.stringsvc.etcd;

import dev.stringsvc.etcd.EtcdException.Kind;

/// Says what an error of etcd means.
///
/// Some errors have different codes in different versions of etcd, so their messages decide.
/// Source: `etcdserver/api/v3rpc/rpctypes/error.go` of etcd 3.4 to 3.6.
final class Refusal {
    private static final int NOT_FOUND = 5;
    private static final int PERMISSION_DENIED = 7;
    private static final int UNAUTHENTICATED = 16;

    private Refusal() {}

    /// @param beginning the message's beginning, which names the endpoint
    /// @param code      the status of gRPC
    /// @param ofMember  another member may do better, unless the code or the sentence says
    /// otherwise
    static EtcdException of(String beginning, int code, String sentence, boolean ofMember) {
        Kind kind = kind(code, sentence, ofMember);
        return new EtcdException(kind, beginning + JsonGateway.line(sentence) + advice(kind));
    }

    private static Kind kind(int code, String sentence, boolean ofMember) {
        if (code == UNAUTHENTICATED || isAboutUser(sentence)) {
            return Kind.UNAUTHENTICATED;
        }
        return switch (code) {
            case NOT_FOUND -> Kind.NOT_FOUND;
            case PERMISSION_DENIED -> Kind.DENIED;
            default -> sentence.contains("permission denied") ? Kind.DENIED : unknown(ofMember);
        };
    }

    private static Kind unknown(boolean ofMember) {
        return ofMember ? Kind.UNAVAILABLE : Kind.REFUSED;
    }

    private static boolean isAboutUser(String sentence) {
        return sentence.contains("user name is empty")
                || sentence.contains("invalid auth token")
                || sentence.contains("revision of auth store is old")
                || sentence.contains("authentication failed");
    }

    private static String advice(Kind kind) {
        return switch (kind) {
            case UNAUTHENTICATED -> " (check the username and the password)";
            case DENIED -> " (no role of the user allows this for these keys)";
            case UNREACHABLE, UNAVAILABLE, NOT_FOUND, REFUSED, UNREADABLE, CLOSED -> "";
        };
    }
}
