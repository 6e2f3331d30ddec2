package dev.stringsvc.etcd;

import java.io.IOException;

/// Thrown if a call to etcd fails. The message is a sentence for the log that names the endpoint.
public final class EtcdException extends IOException {
    private static final long serialVersionUID = 1;

    /// Why a call failed.
    public enum Kind {
        /// No answer: refused, reset, timed out, or the host name does not resolve.
        UNREACHABLE,
        /// The member cannot serve now, for example because the cluster has no leader. Another one
        /// may.
        UNAVAILABLE,
        /// The user or its token is not accepted.
        UNAUTHENTICATED,
        /// The user may not do this.
        DENIED,
        /// There is no such lease.
        NOT_FOUND,
        /// Another refusal of etcd.
        REFUSED,
        /// The answer is too large, or not in the form that etcd gives.
        UNREADABLE,
        /// The client was closed.
        CLOSED
    }

    private final Kind kind;

    EtcdException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    EtcdException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// True if another member of the cluster may do better.
    boolean isOfMember() {
        return kind == Kind.UNREACHABLE || kind == Kind.UNAVAILABLE || kind == Kind.UNREADABLE;
    }
}
