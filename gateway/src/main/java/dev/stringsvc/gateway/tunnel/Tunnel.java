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

/// A WebSocket between a client and an instance: bytes pass both ways as they are. Thread-safe.
///
/// A side that reads slowly is waited for, and then the other side is not read either. Where one side
/// ends its half, the other has a few seconds to end its own; where one breaks off, so does the other.
public final class Tunnel {
    private static final long LINGER_SECONDS = 5;

    /// A Close frame with the code 1001, going away: as a server says it.
    private static final byte[] SERVER_LEAVES = {(byte) 0x88, 2, 0x03, (byte) 0xe9};

    private static final String ENDED = "";

    private final ClientSocket client;
    private final UpstreamSocket instance;
    private final OneWay toInstance;
    private final OneWay toClient;
    private final CountDownLatch toInstanceOver = new CountDownLatch(1);
    private final CountDownLatch toClientOver = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private volatile boolean leaving;

    public Tunnel(ClientSocket client, UpstreamSocket instance) {
        this.client = client;
        this.instance = instance;
        this.toInstance = new OneWay(client::read, instance::write, clientLeaves());
        this.toClient = new OneWay(instance::read, client::write, SERVER_LEAVES);
    }

    /// The same as a client says it, with a mask.
    private static byte[] clientLeaves() {
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

    /// Passes bytes until it is over.
    ///
    /// @return why it did not end in order; empty where it did
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

    private void pass(OneWay way, Runnable end, CountDownLatch over, CountDownLatch otherOver) {
        try {
            way.pass();
            end.run();
            over.countDown();
            if (!otherOver.await(LINGER_SECONDS, TimeUnit.SECONDS)) {
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
                ? "nothing was said on the WebSocket for too long"
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

    /// Asks both sides to close it, neither waiting for the other. It ends when both have. May wait for
    /// a side that reads slowly.
    public void leave() {
        leaving = true;
        // before a side is told, which may answer at once
        toInstance.stopAfterFrame();
        toClient.stopAfterFrame();
        Thread.startVirtualThread(() -> leave(toClient));
        leave(toInstance);
    }

    private void leave(OneWay way) {
        try {
            way.leave();
        } catch (IOException e) {
            end(why(e));
        }
    }

    /// How many were written to the client.
    public long bytes() {
        return toClient.bytes();
    }
}
