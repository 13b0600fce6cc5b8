package io.savepoint.examples.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for 127.0.0.1 that has signed itself, made by the JDK's keytool, in the files in which Flink and its clients
 * want it.
 *
 * @param keyStore with certificate and key
 * @param trustStore with the certificate alone
 * @param certificate as PEM
 * @param key as PEM
 */
public record SelfSigned(Path keyStore, Path trustStore, Path certificate, Path key) {
    public static final String PASSWORD = "not-to-be-told";

    /** Makes one in a directory. */
    public static SelfSigned in(Path directory, String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        keytool(store, name);
        KeyStore made = KeyStore.getInstance(store.toFile(), password());
        KeyStore trusting = KeyStore.getInstance("PKCS12");
        trusting.load(null, null);
        trusting.setCertificateEntry(name, made.getCertificate(name));
        Path trust = directory.resolve(name + "-trust.p12");
        try (OutputStream out = Files.newOutputStream(trust)) {
            trusting.store(out, password());
        }
        Path certificate = directory.resolve(name + ".crt");
        Path key = directory.resolve(name + ".key");
        Files.writeString(
                certificate, pem("CERTIFICATE", made.getCertificate(name).getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", made.getKey(name, password()).getEncoded()));
        return new SelfSigned(store, trust, certificate, key);
    }

    private static void keytool(Path store, String name) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        name,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keyalg",
                        "RSA", // with the cipher suites that Flink has by default, it needs one of these
                        "-keysize",
                        "2048")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    private static char[] password() {
        return PASSWORD.toCharArray();
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                + label + "-----\n";
    }

    /** Of who shows this one, and trusts that one. */
    public SSLContext contextTrusting(SelfSigned other) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(keyStore.toFile(), password()), password());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(KeyStore.getInstance(other.trustStore.toFile(), password()));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
