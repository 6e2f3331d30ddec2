package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Secret;
import dev.stringsvc.testkit.EtcdServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Against an etcd that asks for a user and a password.
@Timeout(60)
class EtcdAuthTest {
    private static final String SERVICES = "/services/";
    private static final EtcdServer ETCD = EtcdServer.start();

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    private static EtcdClient as(String user, String password) {
        return new EtcdClient(new EtcdConfig(
                List.of(EtcdEndpoint.parse(ETCD.address())), user, new Secret(password), EtcdTls.DEFAULT));
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

            ETCD.enableAuth(SERVICES);
            long first = root.put(SERVICES + "a", "1", 0);
            assertThat(reader.range(SERVICES).entries()).hasSize(1);
            fails(() -> nobody.range(SERVICES), EtcdException.Kind.UNAUTHENTICATED, "user name is empty");
            fails(() -> wrong.range(SERVICES), EtcdException.Kind.UNAUTHENTICATED, "check the username");
            fails(() -> reader.put(SERVICES + "a", "2", 0), EtcdException.Kind.DENIED, "permission denied");
            fails(() -> reader.watch("/other/", 1), EtcdException.Kind.DENIED, "permission denied");

            // a restart makes all tokens void
            ETCD.restart();
            try (Watch watch = reader.watch(SERVICES, first)) {
                assertThat(watch.next()).isInstanceOf(WatchResult.Events.class);
            }
            ETCD.restart();
            assertThat(reader.range(SERVICES).entries()).hasSize(1);
            fails(() -> nobody.watch(SERVICES, first), EtcdException.Kind.UNAUTHENTICATED, "user name is empty");
        }
    }

    private interface Call {
        Object make() throws EtcdException;
    }

    private static void fails(Call call, EtcdException.Kind kind, String words) {
        assertThatThrownBy(call::make)
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(ETCD.address())
                .hasMessageContaining(words);
    }
}
