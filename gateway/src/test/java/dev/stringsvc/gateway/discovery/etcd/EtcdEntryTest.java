package dev.stringsvc.gateway.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.LeftOut;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdEntryTest {
    private static final String PREFIX = "/services/web/";

    private static EtcdEntry.Read read(String name, String value) {
        return EtcdEntry.read(PREFIX, new KeyValue(PREFIX + name, value, 7, 0));
    }

    private static Instance instance(String value) {
        return ((EtcdEntry.Read.Usable) read("a", value)).instance();
    }

    private static LeftOut leftOut(String name, String value) {
        return ((EtcdEntry.Read.Unusable) read(name, value)).why();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.7:8082                                 | 10.0.0.7    | 8082
            '10.0.0.7:8082\n'                             | 10.0.0.7    | 8082
            web-1.internal:80                             | web-1.internal | 80
            [::1]:80                                      | ::1         | 80
            [2001:DB8::1]:65535                           | 2001:db8::1 | 65535
            {"Op":0,"Addr":"10.0.0.7:80","Metadata":null} | 10.0.0.7    | 80
            {"Addr":"[::1]:80","Metadata":"text"}         | ::1         | 80
            {"Addr":"10.0.0.7:80","Weight":{"a":[1]}}     | 10.0.0.7    | 80
            """)
    void a_value_is_an_address_or_what_etcds_naming_package_writes(String value, String host, int port) {
        assertThat(instance(value)).isEqualTo(Instance.of("a", host, port));
    }

    @Test
    void metadata_that_are_keys_and_values_are_meta() {
        Instance instance = instance("""
                {"Op":0,"Addr":"10.0.0.7:80","Metadata":
                    {"zone":"a","version":2,"canary":true,"none":null,"list":[1],"more":{"b":"c"}}}""");
        assertThat(instance.meta()).isEqualTo(Map.of("zone", "a", "version", "2", "canary", "true"));
        assertThat(instance.tags()).isEmpty();
        assertThat(instance.weight()).isEqualTo(1);
    }

    @Test
    void the_id_is_what_follows_the_service_in_the_key() {
        for (String id : List.of("10.0.0.7:8082", "zone-a/web-1", "/")) {
            assertThat(((EtcdEntry.Read.Usable) read(id, "10.0.0.7:80"))
                            .instance()
                            .id())
                    .isEqualTo(id);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
            ''                          | value: expected host:port, or JSON with Addr, got ''
            10.0.0.7                    | value: expected host:port, or JSON with Addr, got '10.0.0.7'
            http://10.0.0.7:80          | value: expected host:port, or JSON with Addr, got 'http://10.0.0.7:80'
            10.0.0.7:0                  | value: expected host:port, or JSON with Addr, got '10.0.0.7:0'
            10.0.0.7:65536              | value: expected host:port, or JSON with Addr, got '10.0.0.7:65536'
            ::1:80                      | value: expected host:port, or JSON with Addr, got '::1:80'
            ["10.0.0.7:80"]             | value: expected host:port, or JSON with Addr, got '["10.0.0.7:80"]'
            {                           | value: expected JSON, got '{'
            {"Addr":"10.0.0.7:80"} {}   | value: expected JSON, got '{"Addr":"10.0.0.7:80"} {}'
            {}                          | Addr: expected host:port, got nothing
            {"addr":"10.0.0.7:80"}      | Addr: expected host:port, got nothing
            {"Addr":7}                  | Addr: expected host:port, got '7'
            {"Addr":"10.0.0.7"}         | Addr: expected host:port, got '10.0.0.7'
            {"Op":1,"Addr":"10.0.0.7:80"} | Op: expected 0, got '1'
            {"Op":"0","Addr":"10.0.0.7:80"} | Op: expected 0, got '"0"'
            """)
    void any_other_value_is_left_out_with_the_key_and_the_reason(String value, String reason) {
        assertThat(leftOut("a", value)).isEqualTo(new LeftOut("/services/web/a", reason));
    }

    @Test
    void a_key_that_ends_after_the_service_is_left_out() {
        assertThat(leftOut("", "10.0.0.7:80"))
                .isEqualTo(new LeftOut(PREFIX, "key: expected an instance's name after /services/web/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"Addr\":", "[", "{\"a\":"})
    void a_value_that_is_nested_deeply_or_is_large_is_left_out(String part) {
        assertThat(leftOut("a", part.repeat(100_000)).reason()).hasSizeLessThan(120);
    }

    @Test
    void a_line_end_in_a_key_or_value_cannot_forge_a_line_of_the_log() {
        LeftOut why = leftOut("a\nlevel=error", "b\nlevel=error");
        assertThat(why.id() + why.reason()).doesNotContain("\n");
    }
}
