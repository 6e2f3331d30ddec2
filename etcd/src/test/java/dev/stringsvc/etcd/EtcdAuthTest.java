package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Secret;
import dev.stringsvc.testkit.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against an etcd that asks for a user and a password.
@Timeout(60)
class EtcdAuthTest {
    private static final String SERVICES = "/services/";

    private final EtcdServer etcd = EtcdServer.start();

    @AfterEach
    void stop() {
        etcd.close();
    }

    private EtcdClient as(String user, String password) {
        return new EtcdClient(new EtcdConfig(
                List.of(EtcdEndpoint.parse(etcd.address())),
                new EtcdUser(user, new Secret(password)),
                EtcdTls.DEFAULT));
    }

    @Test
    void a_user_may_do_what_its_roles_allow_also_after_its_token_was_lost() throws EtcdException {
        try (EtcdClient root = as("root", "root");
                EtcdClient reader = as("reader", "reader");
                EtcdClient wrong = as("reader", "other");
                EtcdClient nobody = as("", "")) {
            // works before authentication is enabled, too
            assertThat(reader.range(SERVICES).entries()).isEmpty();
            assertThat(nobody.range(SERVICES).entries()).isEmpty();

            etcd.enableAuth(SERVICES);
            long first = root.put(SERVICES + "a", "1", 0);
            assertThat(reader.range(SERVICES).entries()).hasSize(1);
            fails(() -> nobody.range(SERVICES), EtcdException.Kind.UNAUTHENTICATED, "user name is empty");
            fails(() -> wrong.range(SERVICES), EtcdException.Kind.UNAUTHENTICATED, "check the username");
            fails(() -> reader.put(SERVICES + "a", "2", 0), EtcdException.Kind.DENIED, "permission denied");
            fails(() -> reader.watch("/other/", 1), EtcdException.Kind.DENIED, "permission denied");

            // a restart makes all tokens void
            etcd.restart();
            try (Watch watch = reader.watch(SERVICES, first)) {
                assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
            }
            etcd.restart();
            assertThat(reader.range(SERVICES).entries()).hasSize(1);
            fails(() -> nobody.watch(SERVICES, first), EtcdException.Kind.UNAUTHENTICATED, "user name is empty");
        }
    }

    @Test
    void a_password_may_be_in_a_file_which_is_read_for_each_token(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "wrong\n");
        var user = new EtcdUser("reader", new Secret("unused"), file.toString());
        var config = new EtcdConfig(List.of(EtcdEndpoint.parse(etcd.address())), user, EtcdTls.DEFAULT);
        etcd.enableAuth(SERVICES);
        try (var client = new EtcdClient(config)) {
            fails(() -> client.range(SERVICES), EtcdException.Kind.UNAUTHENTICATED, "check the username");
            Files.delete(file);
            assertThatThrownBy(() -> client.range(SERVICES))
                    .hasMessage("etcd's password file " + file + " cannot be read: there is no such file");
            Files.writeString(file, "reader\n");
            assertThat(client.range(SERVICES).revision()).isPositive();
        }
    }

    private interface Call {
        Object make() throws EtcdException;
    }

    private void fails(Call call, EtcdException.Kind kind, String words) {
        assertThatThrownBy(call::make)
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(etcd.address())
                .hasMessageContaining(words);
    }
}
