package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    /// The length of the PKCS#8 header before an RSA key of 2,048 bits.
    private static final int RSA_ENVELOPE = 26;

    @TempDir
    Path folder;

    private Path write(String kind, byte[] der) throws IOException {
        return Files.writeString(
                folder.resolve("key.pem"),
                "a comment\n-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind + "-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void reads_a_key_in_pkcs_8(String algorithm) throws Exception {
        PrivateKey key =
                KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
        assertThat(Pem.privateKey("key", write("PRIVATE KEY", key.getEncoded()).toString()))
                .isEqualTo(key);
    }

    @Test
    void reads_an_rsa_key_in_pkcs_1() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        byte[] envelope = key.getEncoded();
        byte[] inner = Arrays.copyOfRange(envelope, RSA_ENVELOPE, envelope.length);
        assertThat(Pem.privateKey("key", write("RSA PRIVATE KEY", inner).toString()))
                .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "PRIVATE KEY", "CERTIFICATE"})
    void refuses_other_content(String kind) throws Exception {
        String file = write(kind, new byte[] {0x30, 3, 2, 1, 1}).toString();
        assertThatThrownBy(() -> Pem.privateKey("key", file))
                .isInstanceOf(SettingException.class)
                .hasMessage("key: expected a private key in PEM, not encrypted (BEGIN PRIVATE KEY), and " + file
                        + " holds none");
    }
}
