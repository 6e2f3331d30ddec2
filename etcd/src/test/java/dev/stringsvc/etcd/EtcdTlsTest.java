package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.SettingException;
import dev.stringsvc.testkit.ConsulCertificates;
import dev.stringsvc.testkit.EtcdServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EtcdTlsTest {
    @TempDir
    static Path folder;

    @Test
    void speaks_tls_and_shows_its_certificate() throws EtcdException {
        var certificates = ConsulCertificates.in(folder);
        try (var etcd = EtcdServer.startWithTls(certificates, "--client-cert-auth")) {
            var given = new HashMap<String, String>();
            given.put("ETCDCTL_ENDPOINTS", "https://" + etcd.tlsAddress());
            fails(given, "unable to find valid certification path");

            given.put("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true");
            given.put("ETCDCTL_CERT", certificates.client().toString());
            given.put("ETCDCTL_KEY", certificates.clientKey().toString());
            try (EtcdClient client = client(given)) {
                assertThat(client.range("/").revision()).isPositive();
            }
            given.keySet().removeIf(name -> !name.equals("ETCDCTL_ENDPOINTS"));

            given.put("ETCDCTL_CACERT", certificates.authority().toString());
            fails(given, "cannot be reached");

            given.put("ETCDCTL_CERT", certificates.client().toString());
            given.put("ETCDCTL_KEY", certificates.clientKey().toString());
            try (EtcdClient client = client(given)) {
                long revision = client.put("/a", "1", 0);
                try (Watch watch = client.watch("/a", revision)) {
                    assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
                }
            }
            given.remove("ETCDCTL_KEY");
            assertThatThrownBy(() -> client(given))
                    .isInstanceOf(SettingException.class)
                    .hasMessageStartingWith("ETCDCTL_KEY: ");
        }
    }

    private static EtcdClient client(Map<String, String> given) {
        return new EtcdClient(EtcdConfig.of(new Environment(given), Optional.empty()));
    }

    private static void fails(Map<String, String> given, String words) {
        try (EtcdClient client = client(given)) {
            assertThatThrownBy(() -> client.range("/")).hasMessageContaining(words);
        }
    }
}
