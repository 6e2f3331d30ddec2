package dev.stringsvc.program;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/// Reads certificates and private keys from PEM files. Each method takes the key of the setting that
/// names the file, and throws a [SettingException] with that key if the file cannot be used.
public final class Pem {
    private static final char[] NO_PASSWORD = {};

    /// Four times the size of a bundle of all certificates that browsers trust.
    private static final int MOST_BYTES = 1 << 20;

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN (|EC |RSA )PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END \\1PRIVATE KEY-----");

    private static final byte[] VERSION_0 = {2, 1, 0};
    /// The algorithm identifier of RFC 8017, appendix A.1: rsaEncryption with parameters NULL.
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    /// The object identifier id-ecPublicKey of RFC 5480.
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    /// The tag of the curve's identifier in a key of RFC 5915.
    private static final byte CURVE = (byte) 0xa0;

    private static final byte SEQUENCE = 0x30;
    private static final byte OCTETS = 4;

    private Pem() {}

    /// All certificates in a file; there is at least one.
    public static List<X509Certificate> certificates(String key, String file) {
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(key, file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (all.isEmpty()) {
                throw new SettingException(key, "expected certificates in PEM, and " + file + " holds none");
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new SettingException(key, "expected certificates in PEM, and " + file + " holds none", e);
        }
    }

    /// A trust store with the certificates of a file.
    public static KeyStore trusting(String key, String file) {
        return trusting(certificates(key, file));
    }

    /// A trust store with these certificates.
    public static KeyStore trusting(List<X509Certificate> certificates) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("ca-" + i, certificates.get(i));
            }
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Key managers that present the certificates of one file and sign with the private key of the
    /// other.
    ///
    /// @param keys the settings that name the files
    public static KeyManager[] identity(Pair keys, Pair files) {
        List<X509Certificate> chain = certificates(keys.certificate(), files.certificate());
        PrivateKey secret = privateKey(keys.key(), files.key());
        if (!belong(secret, chain.getFirst())) {
            throw new SettingException(
                    keys.key(),
                    "expected the key of the first certificate in " + files.certificate() + ", and " + files.key()
                            + " is the key of another certificate");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("own", secret, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, NO_PASSWORD);
            return managers.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new SettingException(
                    keys.certificate(),
                    "expected a certificate and key that TLS can use, and " + files.certificate() + " is not: "
                            + e.getMessage(),
                    e);
        }
    }

    /// The paths of a certificate and its private key, or the settings that name these.
    public record Pair(String certificate, String key) {}

    /// The first private key in a file. It must not be encrypted. It may be in PKCS#8, in PKCS#1 (`RSA
    /// PRIVATE KEY`) or in the form of RFC 5915 (`EC PRIVATE KEY`), which `consul tls cert create`
    /// writes.
    static PrivateKey privateKey(String key, String file) {
        Matcher found = PRIVATE_KEY.matcher(new String(read(key, file), StandardCharsets.ISO_8859_1));
        if (found.find()) {
            try {
                byte[] der = Base64.getMimeDecoder().decode(found.group(2));
                var spec = new PKCS8EncodedKeySpec(
                        switch (found.group(1)) {
                            case "RSA " -> pkcs8(RSA, der);
                            case "EC " -> pkcs8(tagged(SEQUENCE, EC, curve(der)), der);
                            default -> der;
                        });
                for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
                    try {
                        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
                    } catch (GeneralSecurityException _) {
                        // try the next algorithm
                    }
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
                // neither Base64 nor DER: reported by the exception below
            }
        }
        throw new SettingException(
                key, "expected a private key in PEM, not encrypted (BEGIN PRIVATE KEY), and " + file + " holds none");
    }

    /// Wraps a key in the PKCS#8 envelope (RFC 5208), the only form that the JDK reads.
    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return tagged(SEQUENCE, VERSION_0, algorithm, tagged(OCTETS, key));
    }

    /// The curve's identifier in a key of RFC 5915. The key is a sequence: a version, the key, then the
    /// curve. The lengths inside are short ones.
    private static byte[] curve(byte[] der) {
        int at = der[1] < 0 ? 2 + (der[1] & 0x7f) : 2; // the sequence's own length may be in the long form
        while (der[at] != CURVE) {
            at += 2 + der[at + 1];
        }
        return Arrays.copyOfRange(der, at + 2, at + 2 + der[at + 1]);
    }

    private static byte[] tagged(byte tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        var all = new ByteArrayOutputStream(length + 4);
        all.write(tag);
        if (length < 0x80) {
            all.write(length);
        } else {
            all.write(length <= 0xff ? 0x81 : 0x82); // DER requires the shortest form
            if (length > 0xff) {
                all.write(length >> Byte.SIZE);
            }
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    /// True if the certificate verifies what the key signs.
    private static boolean belong(PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] read(String key, String file) {
        try {
            return InputFile.read(Path.of(file), MOST_BYTES);
        } catch (IOException | InvalidPathException e) {
            throw new SettingException(key, "expected a PEM file, and " + file + " cannot be read", e);
        }
    }
}
