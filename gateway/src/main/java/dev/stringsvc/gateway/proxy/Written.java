package dev.stringsvc.gateway.proxy;

import org.jspecify.annotations.Nullable;

/// What was written of a reply.
///
/// @param status what the client was told; 499 where it had gone before
/// @param bytes of the body
/// @param error why the reply is not a complete answer of an instance, for the log; `null` if it is
/// @param cut true if the connection or the stream was ended so that the reply does not look complete
record Written(int status, long bytes, @Nullable String error, boolean cut) {
    /// The status of a client that went away, as nginx has it.
    static final int CLIENT_CLOSED_REQUEST = 499;

    static Written whole(int status, long bytes) {
        return new Written(status, bytes, null, false);
    }
}
