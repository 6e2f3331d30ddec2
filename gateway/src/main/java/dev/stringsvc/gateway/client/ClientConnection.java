package dev.stringsvc.gateway.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.internal.HttpConnection;

/// Jetty's HTTP/1.1 connection, which also tells its [ClientEndPoint] when a request's head and the
/// request are over. One thread at a time reads and parses.
public final class ClientConnection extends HttpConnection {
    private final ClientEndPoint client;
    private final ReentrantLock parsing = new ReentrantLock();

    ClientConnection(HttpConfiguration http, Connector connector, EndPoint endPoint) {
        super(http, connector, endPoint);
        this.client = ClientEndPoint.below(endPoint);
    }

    public ClientEndPoint client() {
        return client;
    }

    /// Lets one thread at a time read. Jetty answers a malformed request on a second thread, which then
    /// reads on while the first thread may not have given the buffer back yet. The second thread would
    /// use a buffer that may belong to another connection by then, and could parse that connection's
    /// request a second time.
    @Override
    public void onFillable() {
        parsing.lock();
        try {
            super.onFillable();
        } finally {
            parsing.unlock();
        }
    }

    @Override
    protected RequestHandler newRequestHandler() {
        return new RequestHandler() {
            @Override
            public boolean headerComplete() {
                client.headIsOver();
                return super.headerComplete();
            }

            @Override
            public void badMessage(HttpException failure) {
                client.headIsOver();
                super.badMessage(failure);
            }
        };
    }

    /// In a tunnel, the tunnel hears of the timeout. While a response pauses, Jetty must not act on the
    /// timeout, since it would make a write fail that has just begun.
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        if (client.tunnelling()) {
            return true;
        }
        return !client.answerPauses() && super.onIdleExpired(timeout);
    }

    @Override
    protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
        return new HttpStreamOverHTTP1(method, uri, version) {
            private final List<HttpField> upgrades = new ArrayList<>(0);
            private boolean asksForUpgrade;

            @Override
            public void parsedHeader(HttpField field) {
                if (field.getHeader() == HttpHeader.UPGRADE) {
                    upgrades.add(field);
                    return;
                }
                asksForUpgrade |= field.getHeader() == HttpHeader.CONNECTION && field.contains("Upgrade");
                super.parsedHeader(field);
            }

            // Jetty would answer an `Upgrade` that `Connection` does not name with 400. It must be ignored (RFC 9110,
            // section 7.8): without the header constant Jetty does not recognize it. An unsupported HTTP version is
            // answered with 505.
            @Override
            public Runnable headerComplete() {
                for (HttpField field : upgrades) {
                    super.parsedHeader(asksForUpgrade ? field : new HttpField(null, field.getName(), field.getValue()));
                }
                try {
                    return super.headerComplete();
                } catch (HttpException.RuntimeException e) {
                    if (e.getCode() == HttpStatus.UPGRADE_REQUIRED_426) {
                        throw new HttpException.RuntimeException(HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505);
                    }
                    throw e;
                }
            }

            @Override
            public void succeeded() {
                client.requestIsOver();
                super.succeeded();
            }
        };
    }
}
