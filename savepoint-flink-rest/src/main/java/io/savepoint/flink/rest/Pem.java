package io.savepoint.flink.rest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text, as <a href="https://www.rfc-editor.org/rfc/rfc7468">RFC 7468</a> has it. Blocks of other
 * kinds are passed over.
 */
final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /** How a key of a kind signs; those of other kinds are not tried out. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 4;

    private Pem() {}

    /** At least one. */
    static List<X509Certificate> certificates(Path file, String text) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (MatchResult block : blocks(text)) {
            if (block.group(1).equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(content(file, block))));
                } catch (CertificateException e) {
                    throw TlsFiles.unusable(
                            file, "certificate " + (certificates.size() + 1) + " in it is damaged", "replace the file");
                }
            }
        }
        if (certificates.isEmpty()) {
            throw TlsFiles.unusable(
                    file,
                    "it has no certificate in it",
                    "give a PEM file with BEGIN CERTIFICATE; key stores go to trustStore and keyStore");
        }
        return certificates;
    }

    /** The one key of a certificate. */
    static PrivateKey key(Path file, String text, X509Certificate certificate) throws GeneralSecurityException {
        if (text.contains("BEGIN ENCRYPTED") || text.contains(",ENCRYPTED")) {
            throw TlsFiles.unusable(
                    file,
                    "its key is encrypted",
                    "give one that is not (openssl pkey -in ... -out ...), or a keyStore");
        }
        MatchResult block = blocks(text).stream()
                .filter(found -> found.group(1).endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> TlsFiles.unusable(
                        file, "it has no private key in it", "give a PEM file with BEGIN PRIVATE KEY"));
        PublicKey publicKey = certificate.getPublicKey();
        byte[] content = content(file, block);
        try {
            byte[] pkcs8 = block.group(1).equals("PRIVATE KEY") ? content : pkcs8(publicKey, content);
            PrivateKey key =
                    KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            if (belongTogether(key, publicKey)) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            // Told below: its message is about what is in the file.
        }
        throw TlsFiles.unusable(
                file, "it is not the key of the certificate to show, or damaged", "give those of one pair");
    }

    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = SIGNATURES.get(publicKey.getAlgorithm());
        if (algorithm == null) {
            return true;
        }
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(VERSION_0); // whatever it is: of nothing the JDK cannot verify all that it signs
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(VERSION_0);
        return signature.verify(signed);
    }

    /**
     * A key as PKCS#8 of one as PKCS#1 or SEC 1, as cert-manager and openssl write them by default: these lack the
     * algorithm, which the public key tells.
     */
    private static byte[] pkcs8(PublicKey publicKey, byte[] key) {
        byte[] info = publicKey.getEncoded();
        int start = info.length - lengthOfContent(info, 0);
        int end = start + 2 + info[start + 1]; // an algorithm is shorter than 128 bytes
        byte[] algorithm = Arrays.copyOfRange(info, start, end);
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTETS, key));
    }

    private static int lengthOfContent(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < first - 0x80; i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length > 0xff) {
            out.write(0x82); // two bytes of length follow
            out.write(length >> 8);
        } else if (length > 0x7f) {
            out.write(0x81);
        }
        out.write(length);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static List<MatchResult> blocks(String text) {
        Matcher matcher = BLOCK.matcher(text);
        return matcher.results().toList();
    }

    private static byte[] content(Path file, MatchResult block) {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw TlsFiles.unusable(file, "what is in it is not Base64", "replace the file");
        }
    }
}
