package dev.stringsvc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.testkit.EtcdServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that answers what etcd would not.
@Timeout(60)
class HostileEtcdTest {
    private static final String RANGE = "/v3/kv/range";
    private static final String WATCH = "/v3/watch";
    private static final String CREATED = "{\"result\":{\"header\":{\"revision\":\"9\"},\"created\":true}}\n";

    private final ScriptedEtcd etcd = new ScriptedEtcd();
    private final EtcdClient client = client(etcd.address());

    private static EtcdClient client(String endpoints) {
        return new EtcdClient(
                EtcdConfig.at(endpoints),
                new EtcdLimits(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(500), 10_000));
    }

    @AfterEach
    void stop() {
        client.close();
        etcd.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "<html>",
                "{}",
                "{\"header\":null}",
                "{\"header\":{\"revision\":\"x\"}}",
                "{\"header\":{\"revision\":\"-1\"}}",
                "{\"header\":{\"revision\":\"99999999999999999999\"}}",
                "{\"header\":{\"revision\":\"5\"},\"kvs\":{}}",
                "{\"header\":{\"revision\":\"5\"},\"kvs\":[null]}",
                "{\"header\":{\"revision\":\"5\"},\"kvs\":[{}]}",
                "{\"header\":{\"revision\":\"5\"},\"kvs\":[{\"key\":\"?\"}]}",
                "{\"header\":{\"revision\":\"5\"},\"kvs\":[{\"key\":\"YQ==\",\"value\":\"?\"}]}",
            })
    void an_answer_that_is_not_etcds_is_an_error(String answer) {
        etcd.answer(RANGE, 200, answer);
        assertThatThrownBy(() -> client.range("/"))
                .isInstanceOfSatisfying(
                        EtcdException.class, e -> assertThat(e.kind()).isEqualTo(EtcdException.Kind.UNREADABLE))
                .hasMessageStartingWith("etcd at http://" + etcd.address() + " answered something that is not etcd's: ")
                .message()
                .hasLineCount(1);
    }

    @Test
    void an_answer_that_is_nested_deeply_is_an_error() {
        etcd.answer(RANGE, 200, "{\"other\":" + "[".repeat(9_000));
        assertThatThrownBy(() -> client.range("/")).isInstanceOf(EtcdException.class);
    }

    @Test
    void an_answer_without_end_is_refused_at_the_limit() {
        etcd.begin(RANGE, "{\"header\":" + " ".repeat(20_000));
        assertThatThrownBy(() -> client.range("/")).hasMessageEndingWith(" answered more than 10000 bytes");
    }

    @Test
    void a_server_that_says_nothing_is_given_up_and_the_next_one_is_asked() throws EtcdException {
        etcd.begin(RANGE, "{");
        etcd.begin(WATCH, "");
        assertThatThrownBy(() -> client.range("/")).hasMessageEndingWith(" did not answer in 500 ms");
        assertThatThrownBy(() -> client.watch("/", 1)).hasMessageEndingWith(" did not answer in 500 ms");
        try (var real = EtcdServer.start();
                var both = client(etcd.address() + "," + real.address())) {
            assertThat(both.range("/").entries()).isEmpty();
            both.watch("/", 1).close();
        }
    }

    @Test
    void an_error_in_no_form_of_etcds_and_one_of_a_member_lead_to_the_next_one() throws EtcdException {
        try (var other = new ScriptedEtcd();
                var both = client(other.address() + "," + etcd.address())) {
            etcd.answer(RANGE, 200, "{\"header\":{\"revision\":\"5\"}}");
            for (String error : new String[] {"<html>", "{\"error\":\"etcdserver: no leader\",\"code\":14}"}) {
                other.answer(RANGE, 503, error);
                assertThat(both.range("/").revision()).isEqualTo(5);
            }
        }
        etcd.answer(RANGE, 503, "{\"error\":\"etcdserver: no\\nleader\",\"code\":14}");
        assertThatThrownBy(() -> client.range("/"))
                .hasMessageEndingWith(etcd.address() + " answered 503: etcdserver: no leader");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "nothing\n",
                "{\"result\":{\"header\":{\"revision\":\"9\"}}}\n",
                "{\"result\":{\"created\":true}}\n",
                "{\"error\":{\"grpc_code\":14,\"message\":\"no leader\"}}\n"
            })
    void a_watch_that_is_not_created_is_an_error(String answer) {
        etcd.answer(WATCH, 200, answer);
        assertThatThrownBy(() -> client.watch("/", 1))
                .isInstanceOf(EtcdException.class)
                .message()
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing\n",
                "{\"result\":{\"events\":[null]}}\n",
                "{\"result\":{\"events\":[{}]}}\n",
                "{\"result\":{\"events\":[{\"kv\":{\"key\":\"?\"}}]}}\n",
                "{\"result\":{\"canceled\":true}}\n",
                "{\"error\":{\"message\":\"no leader\"}}\n",
                "{\"result\":"
            })
    void a_watch_is_lost_when_something_comes_that_is_not_etcds(String message) throws EtcdException {
        etcd.answer(WATCH, 200, CREATED + message);
        try (Watch watch = client.watch("/", 10)) {
            assertThat(watch.next())
                    .isInstanceOfSatisfying(
                            WatchResult.Lost.class,
                            lost -> assertThat(lost.reason())
                                    .contains("etcd at http://")
                                    .hasLineCount(1));
        }
    }

    @Test
    void a_watch_asks_etcd_to_end_it_if_the_member_has_no_leader() throws EtcdException {
        etcd.begin(WATCH, CREATED);
        client.watch("/a", 10).close();
        assertThat(etcd.requests())
                .singleElement()
                .asString()
                .startsWith("/v3/watch [true] {")
                .contains("\"start_revision\":10", "\"key\":\"L2E=\"", "\"range_end\":\"L2I=\"");
    }

    @Test
    void a_lease_that_is_not_granted_is_an_error() {
        etcd.answer("/v3/lease/grant", 200, "{}");
        assertThatThrownBy(() -> client.grant(Duration.ofSeconds(1))).hasMessageEndingWith("it grants no lease");
    }
}
