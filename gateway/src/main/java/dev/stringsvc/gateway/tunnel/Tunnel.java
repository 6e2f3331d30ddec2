package dev.stringsvc.gateway.tunnel;

import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamSocket;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A WebSocket between a client and an instance, whose bytes pass both ways unchanged. Thread-safe.
public final class Tunnel {
    private static final long HALF_CLOSED_SECONDS = 5;

    /// A Close frame with the code 1001, going away, as a server sends it.
    private static final byte[] SERVER_CLOSE = {(byte) 0x88, 2, 0x03, (byte) 0xe9};

    private static final String ENDED = "";

    private final ClientSocket client;
    private final UpstreamSocket instance;
    private final FrameRelay toInstance;
    private final FrameRelay toClient;
    private final CountDownLatch toInstanceOver = new CountDownLatch(1);
    private final CountDownLatch toClientOver = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private volatile boolean leaving;

    public Tunnel(ClientSocket client, UpstreamSocket instance) {
        this.client = client;
        this.instance = instance;
        this.toInstance = new FrameRelay(client::read, instance::write, clientClose());
        this.toClient = new FrameRelay(instance::read, client::write, SERVER_CLOSE);
    }

    /// The same frame as a client sends it, with a mask.
    private static byte[] clientClose() {
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        return new byte[] {
            (byte) 0x88,
            (byte) 0x82,
            mask[0],
            mask[1],
            mask[2],
            mask[3],
            (byte) (mask[0] ^ 0x03),
            (byte) (mask[1] ^ 0xe9)
        };
    }

    /// Passes bytes until the tunnel ends. If one side reads slowly, the tunnel does not read from the
    /// other side either. If one side closes its writing half, the other side has a few seconds to do
    /// the same. If one side breaks off, both are closed.
    ///
    /// @return why it did not end in order; empty if it did
    public Optional<String> carry() {
        Thread other =
                Thread.startVirtualThread(() -> pass(toInstance, this::endInstance, toInstanceOver, toClientOver));
        pass(toClient, client::end, toClientOver, toInstanceOver);
        cut();
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.ofNullable(end.get()).filter(why -> !why.equals(ENDED));
    }

    private void pass(FrameRelay relay, Runnable end, CountDownLatch over, CountDownLatch otherOver) {
        try {
            relay.pass();
            end.run();
            over.countDown();
            if (!otherOver.await(HALF_CLOSED_SECONDS, TimeUnit.SECONDS)) {
                end(ENDED);
            }
        } catch (IOException e) {
            over.countDown();
            end(why(e));
        } catch (InterruptedException e) {
            end(ENDED);
            Thread.currentThread().interrupt();
        }
    }

    private void endInstance() {
        try {
            instance.end();
        } catch (IOException e) {
            end(why(e));
        }
    }

    private String why(IOException e) {
        if (leaving) {
            return "the gateway stopped before the WebSocket was closed";
        }
        if (e instanceof UpstreamBrokenException) {
            return "the instance broke off the WebSocket: " + e.getMessage();
        }
        return e.getCause() instanceof TimeoutException
                ? "the WebSocket was idle for too long"
                : "the client broke off the WebSocket: " + e.getMessage();
    }

    private void end(String why) {
        end.compareAndSet(null, why);
        cut();
    }

    private void cut() {
        instance.cut();
        client.cut();
    }

    /// Sends both sides a Close frame, independently of each other. The tunnel ends when both have
    /// answered. May wait for a side that reads slowly.
    public void leave() {
        leaving = true;
        // before a side gets its Close frame, which it may answer at once
        toInstance.stopAfterFrame();
        toClient.stopAfterFrame();
        Thread.startVirtualThread(() -> leave(toClient));
        leave(toInstance);
    }

    private void leave(FrameRelay relay) {
        try {
            relay.leave();
        } catch (IOException e) {
            end(why(e));
        }
    }

    /// The number of bytes that were written to the client.
    public long bytes() {
        return toClient.bytes();
    }
}
