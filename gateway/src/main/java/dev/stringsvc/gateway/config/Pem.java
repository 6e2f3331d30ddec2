package dev.stringsvc.gateway.config;

import dev.stringsvc.program.InputFile;
import java.io.ByteArrayInputStream;
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
import java.util.Base64;
import java.util.List;

/// Reads PEM files. What is wrong with one is an [IllegalArgumentException] in the words of [Check], with the file.
final class Pem {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    /// A bundle of all certificates that browsers trust has a quarter of this.
    private static final int MOST_BYTES = 1 << 20;

    private Pem() {}

    /// All certificates of a file, at least one.
    ///
    /// @param key what names the file in the configuration
    static List<X509Certificate> certificates(String key, String file) {
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(key, file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            Check.that(!all.isEmpty(), key, "certificates in PEM, and " + file + " holds none");
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(key + ": expected certificates in PEM, and " + file + " holds none", e);
        }
    }

    /// A store that trusts the certificates of a file.
    ///
    /// @param key what names the file in the configuration
    static KeyStore trusting(String key, String file) {
        List<X509Certificate> certificates = certificates(key, file);
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

    /// The first private key of a file.
    ///
    /// @param key what names the file in the configuration
    static PrivateKey privateKey(String key, String file) {
        String text = new String(read(key, file), StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin >= 0 && end > begin) {
            try {
                var spec = new PKCS8EncodedKeySpec(
                        Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
                for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
                    try {
                        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
                    } catch (GeneralSecurityException _) {
                        // perhaps it is one of the others
                    }
                }
            } catch (IllegalArgumentException _) {
                // no Base64: said below
            }
        }
        throw new IllegalArgumentException(key + ": expected a private key in PKCS#8 (" + BEGIN
                + "), not encrypted, and " + file + " holds none; `openssl pkcs8 -topk8 -nodes` makes one of others");
    }

    /// Whether what the key signs is the certificate's.
    static boolean belong(PrivateKey key, X509Certificate certificate) {
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
            throw new IllegalArgumentException(key + ": expected a PEM file, and " + file + " cannot be read", e);
        }
    }
}
