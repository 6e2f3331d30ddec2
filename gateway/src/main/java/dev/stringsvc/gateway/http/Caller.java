package dev.stringsvc.gateway.http;

import java.io.IOException;

/// The one that waits for the answer to a request.
public interface Caller {
    /// A caller that waits for every answer and does not ask for interim ones.
    Caller PATIENT = () -> false;

    /// True once the caller has gone away. Asked by another thread; must not block.
    boolean hasLeft();

    /// Is told of an interim response (a 1xx other than 101), on the thread of the attempt, before the
    /// answer.
    ///
    /// @throws IOException when it cannot be passed on, because the caller has gone away
    default void interim(int status, HeaderFields headers) throws IOException {}
}
