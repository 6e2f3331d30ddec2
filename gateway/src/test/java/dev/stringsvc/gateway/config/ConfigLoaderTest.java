package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.consul.ConsulAddress;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.consul.ConsulTls;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.EtcdEndpoint;
import dev.stringsvc.etcd.EtcdTls;
import dev.stringsvc.etcd.EtcdUser;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.PathRewrite;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.gateway.transport.TestCertificate;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    @TempDir
    Path folder;

    private GatewayConfig load(String yaml) throws IOException, ConfigException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), yaml);
        return ConfigLoader.load(Optional.of(file), ConfigLoader.noFlags());
    }

    @Test
    void without_a_file_serves_the_string_service() throws Exception {
        GatewayConfig config = ConfigLoader.load(Optional.empty(), ConfigLoader.noFlags());
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.admin())
                .isEqualTo(
                        new GatewayConfig.Admin("127.0.0.1", 8081, List.of(), Secret.NONE, "", false, new Tls("", "")));
        assertThat(config.consul().settings()).isEqualTo(ConsulSettings.at("127.0.0.1:8500"));
        assertThat(config.consul().lastGoodFile()).isEmpty();
        assertThat(config.limits().replayBody().bytes()).isEqualTo(65_536);
        assertThat(config.limits().requestBody().bytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(config.limits().inFlight()).isEqualTo(1_000);
        assertThat(config.limits().clientRate().bytes()).isEqualTo(1_024);
        assertThat(config.limits().clientGrace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.timeouts().head()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.timeouts().client()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.routes().routes())
                .containsExactly(
                        stringsvc("uppercase", true), stringsvc("count", true), stringsvc("notificator", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{set: {Authorization: [s3cret]}}",
                "{set: {Authorization: {s3cret: 1}}}",
                "{set: {Authorization: \"s3cret\\n\"}}",
                "{set: {X-A: s3cret, x-a: s3cret}}",
                "{set: {X-A: s3cret}, remove: [x-a]}",
                "{set: s3cret}",
                "{set: {X-A: !s3cret b}",
                "{set: {X-A: !s3cret!b c}}",
                "{set: {X-A: *s3cret}}",
                "{set: {X-A: &s3cret}",
                "{set: {X-A: %s3cret}}",
                "{set: {X-A: @s3cret}}",
                "{set: {X-A: \"\\s3cret\"}}"
            })
    void no_message_shows_the_value_of_a_header_that_is_set(String edits) {
        for (String key : List.of("request-headers", "response-headers")) {
            String route = "routes:\n- path: /a\n  service: s\n  " + key + ": " + edits;
            assertThatThrownBy(() -> load(route))
                    .isInstanceOf(ConfigException.class)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
            assertThatThrownBy(() -> load("route-defaults: {" + key + ": " + edits + "}"))
                    .isInstanceOf(ConfigException.class)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
        }
    }

    private static Route stringsvc(String method, boolean idempotent) {
        return new Route(
                method,
                new Predicates(
                        Optional.empty(), PathPattern.parse("/stringsvc/" + method, false), List.of("POST"), Map.of()),
                HeaderEdits.NONE,
                HeaderEdits.NONE,
                new Action.Forward(
                        "stringsvc",
                        PathRewrite.parse("/stringsvc", ""),
                        false,
                        Long.MAX_VALUE,
                        false,
                        idempotent,
                        false,
                        3,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(1),
                        new Balancing.RoundRobin(),
                        null,
                        false));
    }

    private static Action.Forward forward(Route route) {
        return (Action.Forward) route.action();
    }

    @Test
    void every_default_can_be_printed_and_read_back() throws Exception {
        assertThat(load(ConfigLoader.defaults()).routes().routes())
                .isEqualTo(ConfigLoader.load(Optional.empty(), ConfigLoader.noFlags())
                        .routes()
                        .routes());
    }

    @ParameterizedTest
    @CsvSource({"''", "'# nothing but a comment\n'", "'---\n'", "'port:\n'", "'admin:\n  port:\n'"})
    void what_is_left_empty_keeps_its_default(String yaml) throws Exception {
        GatewayConfig config = load(yaml);
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.admin().port()).isEqualTo(8081);
        assertThat(config.routes().routes()).hasSize(3);
    }

    @Test
    void a_file_is_laid_over_the_defaults_key_by_key() throws Exception {
        GatewayConfig config = load("""
                admin:
                  port: 9999
                route-defaults:
                  attempts: 5
                services:
                  web:
                    instances: ["10.0.0.1:80", "[::1]:81"]
                routes:
                  - path: /web
                    service: web
                    deadline: 1.5s
                    attempt-timeout: 250ms
                """);
        assertThat(config.admin())
                .isEqualTo(
                        new GatewayConfig.Admin("127.0.0.1", 9999, List.of(), Secret.NONE, "", false, new Tls("", "")));
        assertThat(config.service("web").instances())
                .containsExactly(new HostPort("10.0.0.1", 80), new HostPort("::1", 81));
        assertThat(config.service("unlisted").instances()).isEmpty();
        Route web = ((Match.Found) config.routes().match(TestRoutes.request("GET", "/web/x"))).route();
        assertThat(web.name()).isEqualTo("/web");
        assertThat(forward(web).attempts()).isEqualTo(5);
        assertThat(forward(web).deadline()).isEqualTo(Duration.ofMillis(1500));
        assertThat(forward(web).attemptTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.routes().routes()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{host: 127.0.0.2}",
                "{host: '::1'}",
                "{host: localhost}",
                "{host: 0.0.0.0, token: sixteen-letters-}",
                "{host: '::', token-file: made-at-the-start}"
            })
    void the_admin_port_needs_a_token_only_where_others_reach_it(String admin) throws Exception {
        assertThat(load("admin: " + admin).admin().openMetrics()).isFalse();
    }

    @Test
    void flags_are_laid_over_the_file() throws Exception {
        var flags = ConfigLoader.noFlags();
        flags.put("port", 0);
        flags.putObject("services").putObject("stringsvc").putArray("instances").add("127.0.0.1:8001");
        Path file = Files.writeString(folder.resolve("gateway.yaml"), "port: 9000\n");
        GatewayConfig config = ConfigLoader.load(Optional.of(file), flags);
        assertThat(config.port()).isZero();
        assertThat(config.service("stringsvc").instances()).containsExactly(new HostPort("127.0.0.1", 8001));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'port: no'                              | :1: port: expected a whole number
            'port: "8080"'                          | :1: port: expected a whole number
            'port: 70000'                           | :1: port: expected a port from 0 to 65535
            '\\nadmin:\\n  prot: 1'                   | :3: admin.prot: unknown key; did you mean port?
            'admin:\\n  address: a'                      | :2: admin.address: unknown key; expected one of [host, hosts, open-metrics, port, tls, token, token-file]
            'routes:\\n- pathh: /a'                  | :2: routes[0].pathh: unknown key; did you mean path?
            'routes:\\n- path: /a\\n  redirect:\\n    too: /b' | :4: routes[0].redirect.too: unknown key; did you mean to?
            'consul:\\n  tag-rules:\\n  - service: a\\n    paths: [/]' | :3: consul.tag-rules[0].service: unknown key; did you mean services?
            'services:\\n  a:\\n    protcol: h2'      | :3: services.a.protcol: unknown key; did you mean protocol?
            'admin:\\n  hosts: ["gw:80"]' | :2: admin.hosts: expected names without a port, such as gateway or gw.example
            'admin:\\n  hosts: [10.0.0.1]' | :2: admin.hosts: expected names without a port, such as gateway or gw.example
            'admin:\\n  host: 0.0.0.0' | :1: admin.token-file: expected a token, since other machines can reach admin.host 0.0.0.0: set GATEWAY_ADMIN_TOKEN
            'admin:\\n  host: "::"' | :1: admin.token-file: expected a token, since other machines can reach admin.host ::: set
            'admin:\\n  host: gw.example' | :1: admin.token-file: expected a token
            'admin:\\n  host: 10.0.0.1\\n  token-file: ""' | :3: admin.token-file: expected a token
            'admin:\\n  token: fifteen-letters' | :2: admin.token: expected at least 16 characters, all of them visible ASCII
            'admin:\\n  token: sixteen letters!' | :2: admin.token: expected at least 16 characters, all of them visible ASCII
            'admin:\\n  tls:\\n    certificate: a.pem' | :2: admin.tls.key: expected the file of the certificate's private key
            'admin: 8081'                           | :1: admin: expected keys and values
            'routes: /a'                            | :1: routes: expected a list
            'routes:\\n- service: s'                 | :2: routes[0].path: must be given
            'routes:\\n- path: /a'                   | :2: routes[0].service: must be given (or redirect, or respond)
            'routes:\\n- {path: a, service: s}'      | :2: routes[0].path: expected an absolute path such as /stringsvc
            'routes:\\n- path: /a\\n  service: s\\n  attempts: 0'           | :4: routes[0].attempts: expected 1 to 10
            'routes:\\n- path: /a\\n  service: s\\n  strip-prefix: /b'      | :4: routes[0].strip-prefix: expected the path '/a' or a parent of it
            'routes:\\n- path: /a\\n  service: s\\n  attempt-timeout: soon' | :4: routes[0].attempt-timeout: expected a duration such as 250ms, 1.5s or 1m30s, got "soon"
            'routes:\\n- path: /a\\n  service: s\\n  attempt-timeout: 31s'  | :4: routes[0].attempt-timeout: expected more than 0, and at most the deadline
            'routes:\\n- path: /a\\n  service: s\\n  deadline: 3'           | :4: routes[0].deadline: expected a duration such as 250ms, 1.5s or 1m30s, got "3"
            'routes:\\n- path: /a\\n  service: s\\n  idempotent: maybe'     | :4: routes[0].idempotent: expected true or false
            'routes:\\n- path: /a\\n  service: s\\n  methods: POST'         | :4: routes[0].methods: expected a list
            'routes:\\n- path: /a\\n  service: s\\n  methods: [post]'       | :4: routes[0].methods: expected methods such as GET or POST
            'routes:\\n- {path: /a, service: s}\\n- {path: /a/, service: t}' | :1: routes: routes '/a' and '/a/' claim the same requests: /a
            'services:\\n  web:\\n    instances:\\n    - web'               | :4: services.web.instances[0]: expected host:port, such as 127.0.0.1:8001 or [::1]:8001
            'http2:\\n  cleartext: maybe'               | :2: http2.cleartext: expected one of [prior-knowledge, upgrade, off], got "maybe"
            'limits:\\n  replay-body: 1GB'           | :2: limits.replay-body: expected a size such as 65536, 64KiB, 10MiB or unlimited
            'consul:\\n  address: ftp://x'           | :2: consul.address: expected Consul's host:port, http(s)://host:port or unix:///path, got "ftp://x"
            'consul:\\n  addresses: [10.0.0.0/33]' | :2: consul.addresses[0]: expected an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8
            'consul:\\n  addresses: [web-1]'  | :2: consul.addresses[0]: expected an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8
            'consul:\\n  wait-time: 0'               | :2: consul.wait-time: expected 1s to 10m
            'consul:\\n  last-good: [a]'             | :2: consul.last-good: expected a text
            'consul:\\n  last-good: f\\n  last-good-age: 30s' | :3: consul.last-good-age: expected more than the wait-time, after which Consul confirms what it said
            'consul:\\n  tag-rules:\\n  - services: a' | :3: consul.tag-rules[0].paths: must be given
            'consul:\\n  tag-rules:\\n  - {services: a, paths: []}' | :3: consul.tag-rules[0].paths: expected at least one path; / allows all
            'consul:\\n  tag-rules:\\n  - services: a\\n    paths: [a]' | :4: consul.tag-rules[0].paths: expected absolute paths such as /a, got 'a'
            'consul:\\n  tag-rules:\\n  - services: a\\n    paths: [/]\\n    hosts: [a b]' | :5: consul.tag-rules[0].hosts: expected hosts such as api.a.example, *.a.example or *, got 'a b'
            'consul:\\n  tag-rules:\\n  - services: a\\n    paths: [/]\\n    redirects: 1' | :5: consul.tag-rules[0].redirects: expected true or false
            'routes:\\n- path: /\\n  service: s\\n  exclusive: maybe' | :4: routes[0].exclusive: expected true or false
            'port: 1\\nport: 2'                      | :2: Duplicate field 'port'
            'port: [1\\nx'                           | :2: while parsing a flow sequence: expected ',' or ']'
            'port: 8080.5' | :1: port: expected a whole number
            'port: 99999999999' | :1: port: expected a smaller number
            'limits:\\n  head: 1000' | :2: limits.head: expected 1KiB to 1MiB
            'limits:\\n  head: 2MiB' | :2: limits.head: expected 1KiB to 1MiB
            'limits:\\n  target: 0' | :2: limits.target: expected at least 1, at most the head
            'limits:\\n  target: 33KiB' | :2: limits.target: expected at least 1, at most the head
            'trusted-proxies: [10.0.0.0/33]' | :1: trusted-proxies[0]: expected an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8
            'trusted-proxies: [proxy.example]' | :1: trusted-proxies[0]: expected an address or a range, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8
            'trusted-proxies: 10.0.0.0/8' | :1: trusted-proxies: expected a list
            'limits:\\n  streams: -1' | :2: limits.streams: expected 0 to 1000000
            'limits:\\n  connections: 0' | :2: limits.connections: expected 1 to 1000000
            'traces:\\n  sampler: some' | :2: traces.sampler: expected one of always_on, always_off,
            'traces:\\n  propagators: [w3c]' | :2: traces.propagators: expected some of tracecontext,
            'log:\\n  format: xml' | :2: log.format: expected one of [logfmt, json]
            'access-log:\\n  success-ratio: 1.5' | :2: access-log.success-ratio: expected 0 to 1
            'access-log:\\n  unattempted-per-second: -1' | :2: access-log.unattempted-per-second: expected 0 to 1000000
            'limits:\\n  in-flight: 0' | :2: limits.in-flight: expected 1 to 1000000
            'limits:\\n  client-rate: unlimited' | :2: limits.client-rate: expected at most 1GiB
            'limits:\\n  client-grace: 0' | :2: limits.client-grace: expected more than 0
            'timeouts:\\n  head: 0' | :2: timeouts.head: expected more than 0
            'timeouts:\\n  client: 0' | :2: timeouts.client: expected more than 0
            'limits:\\n  replay-body: -5' | :2: limits.replay-body: expected a size such as 65536, 64KiB, 10MiB or unlimited
            'limits:\\n  replay-body: 99999999999999999999' | :2: limits.replay-body: expected a size such as 65536, 64KiB, 10MiB or unlimited
            'limits:\\n  request-body: 1.5' | :2: limits.request-body: expected a size such as 65536, 64KiB, 10MiB or unlimited
            'limits:\\n  request-body: [1]' | :2: limits.request-body: expected a size such as 65536, 64KiB, 10MiB or unlimited
            'services:\\n  a:\\n    in-flight: 0' | :3: services.a.in-flight: expected 1 to 1000000
            'services:\\n  a:\\n    in-flight: many' | :3: services.a.in-flight: expected a whole number
            'shutdown:\\n  drain: 25h' | :2: shutdown.drain: expected at most 24h, got "25h"
            'services:\\n  web:\\n    instances: [a..b:80]' | :3: services.web.instances[0]: expected host:port, such as 127.0.0.1:8001 or [::1]:8001
            'services:\\n  web:\\n    instances: [8001]' | :3: services.web.instances[0]: expected host:port, such as 127.0.0.1:8001 or [::1]:8001
            'services:\\n  web:\\n    instances: [~]' | :3: services.web.instances[0]: expected a value, got nothing
            'services:\\n  web:\\n    tags: [~]' | :3: services.web.tags[0]: expected a value, got nothing
            'services:\\n  web: here' | :2: services.web: expected keys and values
            'routes: [~]' | :1: routes[0]: expected a value, got nothing
            'routes:\\n- {path: /a, service: s, methods: [~]}' | :2: routes[0].methods[0]: expected a value, got nothing
            'routes:\\n- &r {path: /a, service: s}\\n- *r' | :3: YAML aliases are not supported
            'consul:\\n  tls: {ca: /nowhere}' | :2: consul.tls.ca: expected a PEM file, and /nowhere cannot be read
            'consul:\\n  tls:\\n    certificate: a.pem' | :2: consul.tls.key: expected the file of the certificate's private key
            'consul:\\n  token: 123' | :2: consul.token: expected a text
            'consul:\\n  address: a..b' | :2: consul.address: expected Consul's host:port, http(s)://host:port or unix:///path, got "a..b"
            'port: 1\\n---\\nport: 2' | :3: a second YAML document begins; expected one in a file
            'prot: 1' | :1: prot: unknown key; did you mean port?
            'x: 1'   | :1: x: unknown key; expected one of [access-log, admin, consul, ejection, etcd, guard, host, http2, limits, log, meters, port, retry, route-defaults, routes, services, shutdown, timeouts, tls, traces, trusted-proxies]
            'route-defaults: foo' | :1: route-defaults: expected keys and values
            'route-defaults:\\n  deadlnie: 1s' | :2: route-defaults.deadlnie: unknown key; did you mean deadline?
            'route-defaults:\\n  service: s' | :2: route-defaults.service: unknown key; expected one of [attempt-timeout, attempts, balancer, deadline, idempotency-key, idempotent, methods, paths, preserve-host, request-body, request-headers, response-headers, stream-requests, strip-prefix, transcode]
            'route-defaults:\\n  paths: loose' | :2: route-defaults.paths: expected strict or lenient, got 'loose'
            'routes:\\n- {path: /a, service: s, paths: yes}' | :2: routes[0].paths: expected strict or lenient, got 'true'
            'routes:\\n- {path: /a, service: s, paths: LENIENT}' | :2: routes[0].paths: expected strict or lenient, got 'LENIENT'
            'route-defaults:\\n  attempts: 99' | :2: route-defaults.attempts: expected 1 to 10
            'route-defaults:\\n  attempt-timeout: 2s\\nroutes:\\n- {path: /a, service: s, deadline: 1s}' | :4: routes[0].attempt-timeout: expected more than 0, and at most the deadline
            'services:\\n  s: {protocol: h2c, descriptors: none.desc}' | :2: services.s.descriptors: cannot be read: none.desc
            'services:\\n  s: {protocol: h2c, descriptors: src/test/protobuf/transcoding.proto}' | :2: services.s.descriptors: src/test/protobuf/transcoding.proto: it is not a FileDescriptorSet
            'services:\\n  s: {descriptors: none.desc}' | :2: services.s.descriptors: expected protocol: h2c or h2 with it
            'services:\\n  s: {reflection: true}' | :2: services.s.reflection: expected protocol: h2c or h2 with it
            'routes:\\n- {path: /a, service: s, transcode: true}' | :2: routes[0].transcode: expected services.s with descriptors, or with reflection: true
            'routes:\\n- {path: /a/*, service: s}' | :2: routes[0].path: expected a path without '*', got '/a/*': /a takes /a and all below it, and {name} stands for one segment
            'routes:\\n- {path: /**, service: s}' | :2: routes[0].path: expected a path without '*', got '/**': /a takes /a and all below it, and {name} stands for one segment
            'routes:\\n- path: "/a,/b"\\n  service: s' | :2: routes[0].path: expected one path, without ',', got '/a,/b': write one route for each path
            'route-defaults:\\n  strip-prefix: /*\\nroutes: []' | :2: route-defaults.strip-prefix: expected a path without '*', got '/*': /a takes /a and all below it, and {name} stands for one segment
            'routes:\\n- path: "/a, /b"\\n  service: s' | :2: routes[0].path: expected one path, without ',', got '/a, /b': write one route for each path
            'consul:\\n  tag-rules:\\n  - services: a\\n    paths: [/b, /a/*]' | :4: consul.tag-rules[0].paths: expected a path without '*', got '/a/*': /a takes /a and all below it, and {name} stands for one segment
            'routes:\\n- path: /a\\n  service: s\\n  strip-prefix: /*' | :4: routes[0].strip-prefix: expected a path without '*', got '/*': /a takes /a and all below it, and {name} stands for one segment
            'routes:\\n- path: /a\\n  service: s\\n  strip-prefix: /..' | :4: routes[0].strip-prefix: expected no dot segments
            'routes:\\n- path: /a\\n  service: s\\n  request-headers:\\n    set: {X-A: "s{host}"}' | :5: routes[0].request-headers.set: expected no word in braces in the value of 'X-A', since nothing is filled in there; write {{ for a brace itself
            'route-defaults:\\n  response-headers: {set: {X-A: "{client}"}}' | :2: route-defaults.response-headers.set: expected no word in braces in the value of 'X-A', since nothing is filled in there; write {{ for a brace itself
            'routes:\\n- {path: /b, service: s}\\n- path: /a\\n  redirect: {status: 302, to: /a/b}' | :4: routes[1].redirect.to: expected a target that this route does not take itself: it redirects /a to /a/b, and takes that again
            'services:\\n  a: {registry: etcd}'       | :2: services.a.registry: expected etcd.endpoints with it, or the flag --etcd, or ETCDCTL_ENDPOINTS
            'services:\\n  a: {registry: zookeeper}'  | :2: services.a.registry: expected one of [consul, etcd], got "zookeeper"
            'etcd: {endpoints: [a:1]}\\nservices:\\n  a: {registry: etcd, tags: [x]}' | :3: services.a.tags: expected registry: consul with them, since keys in etcd have none; meta: chooses by Metadata
            'services:\\n  a: {registry: consul, instances: ["10.0.0.1:80"]}' | :2: services.a.registry: expected no instances beside it, since fixed instances are in no registry
            'etcd:\\n  endpoints: ["a:b"]'            | :2: etcd.endpoints: expected etcd's host:port or http(s)://host:port, got "a:b"
            'etcd:\\n  prefix: /services'             | :2: etcd.prefix: expected a slash at its end, as in /services/
            'etcd:\\n  password: secret'              | :1: etcd.username: expected the user of the password
            'etcd:\\n  password-file: /nowhere'       | :1: etcd.username: expected the user of the password
            'etcd:\\n  ca: /nowhere'                  | :2: etcd.ca: expected a PEM file, and /nowhere cannot be read
            'etcd:\\n  certificate: /nowhere'         | :1: etcd.key: expected the file of the certificate's private key
            'etcd:\\n  user: me'                      | :2: etcd.user: unknown key
            'just words'                            | :1: expected keys and values, such as `port: 8080`
            """)
    void errors_name_file_line_key_and_what_was_expected(String yaml, String expected) {
        assertThatThrownBy(() -> load(yaml.translateEscapes()))
                .isInstanceOf(ConfigException.class)
                .message()
                .startsWith(folder.resolve("gateway.yaml") + expected.strip());
    }

    @Test
    void an_error_tells_where_it_is() {
        assertThatThrownBy(() -> load("port: 1\nroutes:\n- {path: /a, service: s,\n   attempts: 0}\n"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.error())
                                .hasValue(new ConfigError(
                                        "/routes/0/attempts",
                                        "routes[0].attempts",
                                        Optional.of(new ConfigError.Position(4, 4)),
                                        "expected 1 to 10")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'deadline: 500ms'                       | 500
            'deadline: 500ms, attempt-timeout: 20ms' | 20
            'deadline: 5s'                          | 1000
            """)
    void the_default_attempt_timeout_is_at_most_the_deadline(String given, long millis) throws Exception {
        Route route = load("routes:\n- {path: /a, service: s, " + given + "}\n")
                .routes()
                .routes()
                .getFirst();
        assertThat(forward(route).attemptTimeout()).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                          | 30
            'route-defaults: {deadline: 7s}'                            | 7
            """)
    void a_route_that_says_nothing_of_a_deadline_has_the_default(String given, long seconds) throws Exception {
        Route route = load(given + "\nroutes: [{path: /a, service: s}]\n")
                .routes()
                .routes()
                .getFirst();
        assertThat(forward(route).deadline()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void a_deadline_for_all_routes_is_the_string_services_too() throws Exception {
        assertThat(load("route-defaults: {deadline: 7s}\n").routes().routes())
                .hasSize(3)
                .allSatisfy(route -> assertThat(forward(route).deadline()).isEqualTo(Duration.ofSeconds(7)));
    }

    @Test
    void one_service_may_hold_half_of_the_requests_unless_told_otherwise() throws Exception {
        GatewayConfig config = load("limits: {in-flight: 9}\nservices: {a: {in-flight: 7}, b: {}}\n");
        assertThat(config.share(config.service("a"))).isEqualTo(7);
        assertThat(config.share(config.service("b"))).isEqualTo(4);
        assertThat(config.share(config.service("unlisted"))).isEqualTo(4);
        GatewayConfig least = load("limits: {in-flight: 1}\n");
        assertThat(least.share(least.service("a"))).isEqualTo(1);
    }

    @Test
    void drain_is_left_to_the_routes_unless_given() throws Exception {
        assertThat(load("").shutdown().drain()).isEmpty();
        assertThat(load("shutdown: {drain: 7s}\n").shutdown().drain()).hasValue(Duration.ofSeconds(7));
    }

    @Test
    void a_deadline_for_all_routes_clamps_the_default_attempt_timeout_too() throws Exception {
        assertThat(load("route-defaults:\n  deadline: 500ms\n").routes().routes())
                .allSatisfy(route -> assertThat(forward(route).attemptTimeout()).isEqualTo(Duration.ofMillis(500)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            consul             | false | http://consul:8500
            consul:80          | false | http://consul:80
            consul             | true  | https://consul:8500
            http://consul:80   | true  | https://consul:80
            https://consul/    | false | https://consul:443
            https://consul:1   | false | https://consul:1
            '::1'              | false | http://[::1]:8500
            '[::1]'            | true  | https://[::1]:8500
            http://[::1]:8501  | false | http://[::1]:8501
            unix:///run/c.sock | false | unix:///run/c.sock
            """)
    void consul_is_found_as_by_its_own_tools(String address, boolean tls, String at) throws Exception {
        var config = load("consul:\n  address: '" + address + "'\n  tls: {enabled: " + tls + "}\n");
        assertThat(config.consul().settings().address()).hasToString(at);
    }

    @Test
    void tls_holds_for_the_default_address_of_consul() throws Exception {
        assertThat(load("consul: {tls: {enabled: true}}\n").consul().settings().address())
                .hasToString("https://127.0.0.1:8500");
    }

    @Test
    void every_setting_of_consul_is_read() throws Exception {
        var certificate = TestCertificate.of("dns:consul", "EC");
        Path pem = certificate.certificate(folder.resolve("c.pem"));
        Path key = certificate.key(folder.resolve("k.pem"));
        Path token = Files.writeString(folder.resolve("token"), "from-file");
        var config = load("""
                consul:
                  address: https://consul
                  token: secret
                  token-file: %3$s
                  auth: user:password
                  namespace: team-a
                  partition: eu
                  tls: {verify: false, ca: %1$s, certificate: %1$s, key: %2$s, server-name: server.dc1.consul}
                """.formatted(pem, key, token));
        assertThat(config.consul().settings())
                .isEqualTo(new ConsulSettings(
                        ConsulAddress.parse("https://consul", false),
                        new Secret("secret"),
                        token.toString(),
                        new Secret("user:password"),
                        "team-a",
                        "eu",
                        new ConsulTls(
                                false,
                                false,
                                pem.toString(),
                                "",
                                pem.toString(),
                                key.toString(),
                                "server.dc1.consul")));
        assertThat(config.consul().toString()).doesNotContain("secret", "password", "from-file");
    }

    @Test
    void every_setting_of_etcd_is_read() throws Exception {
        var certificate = TestCertificate.of("dns:etcd", "EC");
        Path pem = certificate.certificate(folder.resolve("c.pem"));
        Path key = certificate.key(folder.resolve("k.pem"));
        Path file = Files.writeString(folder.resolve("file"), "from-file\n");
        var config = load("""
                etcd:
                  endpoints: [a, "https://b:2"]
                  prefix: ""
                  username: me
                  password: secret
                  password-file: %3$s
                  ca: %1$s
                  certificate: %1$s
                  key: %2$s
                  verify: false
                services: {a: {registry: etcd, meta: {zone: a}}, b: {registry: consul, tags: [x]}, c: {}}
                """.formatted(pem, key, file));
        assertThat(config.etcd().settings())
                .contains(new EtcdConfig(
                        List.of(EtcdEndpoint.parse("a:2379"), EtcdEndpoint.parse("https://b:2")),
                        new EtcdUser("me", new Secret("secret"), file.toString()),
                        new EtcdTls(false, pem.toString(), pem.toString(), key.toString())));
        assertThat(config.etcd().prefix()).isEmpty();
        assertThat(config.services().values())
                .extracting(GatewayConfig.Service::source)
                .containsExactlyInAnyOrder(
                        GatewayConfig.Source.ETCD, GatewayConfig.Source.CONSUL, GatewayConfig.Source.CONSUL);
        assertThat(config.toString() + config.etcd().settings()).doesNotContain("secret", "from-file");
    }

    @Test
    void without_endpoints_there_is_no_etcd() throws Exception {
        var etcd = load("etcd: {prefix: /other/}\n").etcd();
        assertThat(etcd.settings()).isEmpty();
        assertThat(load("").etcd().prefix()).isEqualTo("/services/");
    }

    @Test
    void a_password_file_that_cannot_be_read_is_refused_when_it_is_needed() throws Exception {
        var etcd = load("etcd: {endpoints: [a], username: me, password-file: /nowhere}\n")
                .etcd();
        assertThatThrownBy(etcd::settings)
                .isInstanceOf(ConfigException.class)
                .hasMessage("etcd.password-file: expected a file with a password, and /nowhere cannot be read: there is"
                        + " no such file");
    }

    @Test
    void a_token_file_that_cannot_be_read_is_refused_when_it_is_needed() throws Exception {
        var consul = load("consul: {token-file: /nowhere}\n").consul();
        assertThatThrownBy(consul::settings)
                .isInstanceOf(ConfigException.class)
                .hasMessage("consul.token-file: expected a file with a token, and /nowhere cannot be read: there is no"
                        + " such file");
    }

    @ParameterizedTest
    @CsvSource({"1.5s, 1500", "1m30s, 90000", "0, 0"})
    void durations_are_in_gos_form(String text, long millis) throws Exception {
        assertThat(load("shutdown: {grace: " + text + "}\n").shutdown().grace()).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> ConfigLoader.load(Optional.of(folder.resolve("none.yaml")), ConfigLoader.noFlags()))
                .hasMessage(folder.resolve("none.yaml") + ": no such file");
    }

    @Test
    void a_flag_that_is_not_valid_is_named_without_a_line() {
        var flags = ConfigLoader.noFlags();
        flags.putObject("shutdown").put("grace", "long");
        assertThatThrownBy(() -> ConfigLoader.load(Optional.empty(), flags))
                .hasMessage("shutdown.grace: expected a duration such as 250ms, 1.5s or 1m30s, got \"long\"");
    }
}
