package io.savepoint.flink.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that the JDK's keytool makes when the first test asks for one: none is checked in, to expire there. */
final class TestCertificates {
    static final String PASSWORD = "not-to-be-told";

    private static final KeyStore ALL = make();

    private TestCertificates() {}

    private static KeyStore make() {
        try {
            Path directory = Files.createTempDirectory("certificates");
            Path file = directory.resolve("all.p12");
            try {
                keytool(file, "ca", "-ext", "bc=ca:true");
                keytool(file, "other-ca", "-ext", "bc=ca:true");
                keytool(file, "server", "-signer", "ca", "-ext", "san=ip:127.0.0.1");
                keytool(file, "elsewhere", "-signer", "ca", "-ext", "san=ip:192.0.2.1,dns:flink.example");
                keytool(
                        file,
                        "expired",
                        "-signer",
                        "ca",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-startdate",
                        "-9d",
                        "-validity",
                        "5");
                keytool(file, "client", "-signer", "ca");
                keytool(file, "client-rsa", "-signer", "ca", "-keyalg", "RSA", "-keysize", "2048");
                keytool(file, "client-ed", "-signer", "ca", "-keyalg", "Ed25519");
                return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException | InterruptedException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void keytool(Path store, String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-dname",
                "CN=" + alias));
        if (!List.of(more).contains("-keyalg")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1")); // which is made much faster
        }
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool: " + said);
        }
    }

    /** What a server shows, and whose certificates it trusts. */
    static SSLContext context(String shown, String trusted) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(storeOfKey(shown), PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(storeOfCertificate(trusted));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    static KeyStore storeOfKey(String alias) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry(
                alias,
                ALL.getKey(alias, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                ALL.getCertificateChain(alias));
        return store;
    }

    static KeyStore storeOfCertificate(String alias) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setCertificateEntry(alias, ALL.getCertificate(alias));
        return store;
    }

    static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    static Path write(KeyStore store, Path file) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    /** A file as the {@code tls.crt} or the {@code ca.crt} of a Kubernetes secret. */
    static Path pem(Path file, String... aliases) throws GeneralSecurityException, IOException {
        StringBuilder text = new StringBuilder("# what is outside of the blocks does not count\n");
        for (String alias : aliases) {
            for (Certificate certificate : ALL.getCertificateChain(alias)) {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            }
        }
        return Files.writeString(file, text);
    }

    /** A file as the {@code tls.key} of a Kubernetes secret. */
    static Path pemKey(Path file, String alias) throws GeneralSecurityException, IOException {
        return Files.writeString(file, block("PRIVATE KEY", pkcs8(alias)));
    }

    /** The same as PKCS#1 or SEC 1: what is in PKCS#8 behind the algorithm. */
    static Path oldPemKey(Path file, String alias) throws GeneralSecurityException, IOException {
        byte[] pkcs8 = pkcs8(alias);
        boolean rsa = alias.endsWith("-rsa");
        byte[] key = Arrays.copyOfRange(pkcs8, rsa ? 26 : 28, pkcs8.length);
        return Files.writeString(file, block(rsa ? "RSA PRIVATE KEY" : "EC PRIVATE KEY", key));
    }

    private static byte[] pkcs8(String alias) throws GeneralSecurityException {
        return ALL.getKey(alias, PASSWORD.toCharArray()).getEncoded();
    }

    private static String block(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }
}
