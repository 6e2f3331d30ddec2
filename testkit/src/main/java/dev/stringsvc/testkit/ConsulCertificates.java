package dev.stringsvc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A certificate authority with certificates for an agent and a client, made by `consul tls`.
///
/// @param folder the folder with the PEM files
public record ConsulCertificates(Path folder) {
    /// Makes all files in an empty folder.
    public static ConsulCertificates in(Path folder) {
        var all = new ConsulCertificates(folder);
        all.run("ca", "create");
        all.run("cert", "create", "-server");
        all.run("cert", "create", "-client");
        return all;
    }

    /// The authority's certificate.
    public Path authority() {
        return folder.resolve("consul-agent-ca.pem");
    }

    /// The agent's certificate, for `localhost`, `127.0.0.1` and `server.dc1.consul`.
    public Path agent() {
        return folder.resolve("dc1-server-consul-0.pem");
    }

    /// The key of [#agent].
    public Path agentKey() {
        return folder.resolve("dc1-server-consul-0-key.pem");
    }

    /// The client's certificate.
    public Path client() {
        return folder.resolve("dc1-client-consul-0.pem");
    }

    /// The key of [#client].
    public Path clientKey() {
        return folder.resolve("dc1-client-consul-0-key.pem");
    }

    /// An agent's configuration for HTTPS on this port, with the agent's certificate.
    public String hcl(int port) {
        return "ports { https = %d }, ca_file = \"%s\", cert_file = \"%s\", key_file = \"%s\""
                .formatted(port, authority(), agent(), agentKey());
    }

    private void run(String... arguments) {
        var command = new ArrayList<>(List.of(ConsulBinary.get().path(), "tls"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + said.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making certificates", e);
        }
    }
}
