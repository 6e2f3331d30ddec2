package dev.stringsvc.gateway.server;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// An answer's body as the client takes it, which is measured. Used by one thread.
final class ClientOutput extends FilterOutputStream {
    private final ClientRate rate;

    ClientOutput(OutputStream out, ClientRate rate) {
        super(out);
        this.rate = rate;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        rate.waitForClient();
        try {
            out.write(bytes, from, count);
        } finally {
            rate.waited(count);
        }
    }

    @Override
    public void flush() throws IOException {
        rate.waitForClient();
        try {
            out.flush();
        } finally {
            rate.waited(0);
        }
    }

    @Override
    public void close() throws IOException {
        rate.waitForClient();
        try {
            out.close();
        } finally {
            rate.waited(0);
        }
    }
}
