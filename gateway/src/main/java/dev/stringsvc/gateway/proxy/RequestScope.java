package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// What a request holds until its reply is written: its body, its permit, its tunnel. Used by the
/// request's thread.
final class RequestScope implements AutoCloseable {
    private final Client client;
    private @Nullable ClientBody body;
    private @Nullable Body kept;
    private Admission.@Nullable Permit permit;
    private @Nullable Semaphore tunnels;
    private volatile @Nullable ClientRate answer;
    private boolean passesAsItIs;
    private final long startedAt = System.nanoTime();

    RequestScope(Client client) {
        this.client = client;
    }

    /// A gRPC-Web request is passed on as any other HTTP request.
    void passAsItIs() {
        passesAsItIs = true;
    }

    boolean passesAsItIs() {
        return passesAsItIs;
    }

    /// @param open the body as the client sends it
    void body(ClientBody open) {
        body = open;
    }

    /// @param read the body as instances get it
    void kept(Body read) {
        kept = read;
    }

    void permit(Admission.Permit room) {
        permit = room;
    }

    /// Counts the request as a tunnel from now on, no longer as in flight.
    ///
    /// @param acquired has given one permit to this request
    void tunnel(Semaphore acquired) {
        tunnels = acquired;
        if (permit != null) {
            permit.close();
        }
    }

    /// @param rate measures how fast the client takes its answer
    void answering(ClientRate rate) {
        answer = rate;
    }

    /// When the client last took a part of its answer, by [System#nanoTime]; before that, when the request
    /// came. Any thread may call this.
    long takenAt() {
        @Nullable ClientRate rate = answer;
        return rate == null ? startedAt : rate.movedAt();
    }

    /// The body as the client sends it; `null` if it was never opened.
    @Nullable
    ClientBody body() {
        return body;
    }

    /// Waits until no other thread reads the body, then releases everything. The rest of the body is
    /// not read.
    @Override
    public void close() {
        if (body != null && kept instanceof Body.Streamed streamed) {
            if (!body.ended()) {
                client.stopBody(new AbandonedException());
            }
            var _ = streamed.awaitIdle();
        }
        if (permit != null) {
            permit.close();
        }
        if (tunnels != null) {
            tunnels.release();
        }
        if (body != null) {
            closeBody(body);
        }
    }

    private static void closeBody(ClientBody open) {
        try {
            open.close();
        } catch (IOException e) {
            // the body is no longer read
        }
    }
}
