package dev.stringsvc.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.stringsvc.gateway.Main;
import dev.stringsvc.gateway.transcoding.TranscodingProto;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RoutesCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(directory.resolve("gateway.yaml"), """
                routes:
                  - {name: users, path: /users, service: users, strip-prefix: /users}
                  - {name: user, path: "/users/{id}", service: users, rewrite: "/v2/{id}", methods: [GET]}
                  - {name: beta, path: /users, headers: {X-Beta: "*"}, service: users}
                  - {name: old, host: old.example.com, path: /, redirect: {to: "https://example.com{path}"}}
                """);
    }

    private int run(String... args) {
        List<String> all = new ArrayList<>(List.of("routes", file.toString()));
        all.addAll(List.of(args));
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(all.toArray(String[]::new));
    }

    @Test
    void lists_the_routes_the_most_specific_first() {
        assertThat(run()).isZero();
        assertThat(out.toString()).isEqualTo("""
                old    old.example.com/   308 to https://example.com{path}
                user   GET /users/{id}    service users
                beta   /users, X-Beta: *  service users
                users  /users             service users
                """);
    }

    @Test
    void says_which_route_a_request_takes_and_why_not_the_others() {
        assertThat(run("--explain", "GET http://h:8080/users/7/orders?x=1")).isZero();
        assertThat(out.toString()).isEqualTo("""
                    old    old.example.com/   no: the host is 'h', not 'old.example.com'
                =>  user   GET /users/{id}    service users is asked for /v2/7/orders
                    beta   /users, X-Beta: *  no: there is no header 'X-Beta'
                    users  /users             no: 'user' is more specific
                """);
    }

    @Test
    void headers_can_be_given() {
        assertThat(run("--explain", "POST /users/7", "-H", "x-beta: yes")).isZero();
        assertThat(out.toString()).contains("=>  beta", "no: the method is POST, not GET");
    }

    @Test
    void exits_with_1_when_no_route_takes_it() {
        assertThat(run("--explain", "GET /else")).isEqualTo(1);
        assertThat(out.toString()).endsWith("no route takes GET /else\n");
    }

    @Test
    void what_is_no_request_is_refused() {
        assertThat(run("--explain", "GET a b")).isEqualTo(2);
        assertThat(run("--explain", "GET /a", "-H", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--explain: not a URL", "header: expected 'Name: value', got 'x'");
    }

    @Test
    void a_path_is_read_as_the_gateway_reads_it() {
        assertThat(run("--explain", "GET /%75sers")).isZero();
        assertThat(out.toString()).contains("=>  users");
        assertThat(run("--explain", "GET /users/../x")).isEqualTo(1);
        assertThat(out.toString()).contains("answered with 400: The path holds a segment '.' or '..'");
        assertThat(run("--explain", "GET /users/[a|b]")).isZero();
        assertThat(out.toString()).contains("is asked for /v2/[a|b]");
        assertThat(run("--explain", "GET http://h/users/a%2Fb")).isEqualTo(1);
        assertThat(out.toString()).contains("'%2F'", "`paths: lenient`");
    }

    @Test
    void names_the_method_that_a_json_request_calls() throws Exception {
        Path descriptors = directory.resolve("service.desc");
        Files.write(
                descriptors,
                FileDescriptorSet.newBuilder()
                        .addFile(TranscodingProto.getDescriptor().toProto())
                        .build()
                        .toByteArray());
        Files.writeString(file, """
                services:
                  messages: {protocol: h2c, descriptors: "%s"}
                routes:
                  - {name: m, path: /api, service: messages, strip-prefix: /api, transcode: true}
                """.formatted(descriptors));
        assertThat(run("--explain", "GET http://h/api/v2/messages/7")).isZero();
        assertThat(out.toString()).contains("service messages is asked for transcoding.Messaging/GetMessage");
        assertThat(run("--explain", "GET http://h/api/other")).isZero();
        assertThat(out.toString()).contains("which is answered with 404: No method of the service takes /other.");
    }
}
