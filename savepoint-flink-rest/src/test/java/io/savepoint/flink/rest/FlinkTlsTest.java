package io.savepoint.flink.rest;

import static io.savepoint.flink.rest.TestCertificates.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of files that TLS cannot be set up with. */
class FlinkTlsTest {
    @TempDir
    Path directory;

    private Path certificate;
    private Path key;

    @BeforeEach
    void writePair() throws Exception {
        certificate = TestCertificates.pem(directory.resolve("tls.crt"), "client");
        key = TestCertificates.pemKey(directory.resolve("tls.key"), "client");
    }

    private static void assertRefused(Path file, UnaryOperator<FlinkTls.Builder> set, String... message) {
        Throwable refused = catchThrowable(() -> set.apply(FlinkTls.builder()).build());
        assertThat(refused)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLS cannot be set up with '" + file + "': ")
                .hasMessageContainingAll(message);
        StringWriter told = new StringWriter();
        refused.printStackTrace(new PrintWriter(told));
        assertThat(told.toString()).doesNotContain(PASSWORD);
    }

    private static char[] password() {
        return PASSWORD.toCharArray();
    }

    @Test
    void aFileThatIsNotThere() {
        Path missing = directory.resolve("missing");
        assertRefused(missing, tls -> tls.trustCertificates(missing), "NoSuchFileException", "put it there");
        assertRefused(missing, tls -> tls.clientCertificate(missing, key), "NoSuchFileException");
        assertRefused(missing, tls -> tls.clientCertificate(certificate, missing), "NoSuchFileException");
        assertRefused(missing, tls -> tls.trustStore(missing, FlinkTlsTest::password), "put it there");
        assertRefused(missing, tls -> tls.keyStore(missing, FlinkTlsTest::password), "put it there");
        assertRefused(directory, tls -> tls.keyStore(directory, FlinkTlsTest::password), "key store");
    }

    @Test
    void aFileOfAnotherKind() throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "hello\n");
        assertRefused(text, tls -> tls.trustCertificates(text), "no certificate in it", "BEGIN CERTIFICATE");
        assertRefused(text, tls -> tls.clientCertificate(certificate, text), "no private key", "BEGIN PRIVATE KEY");
        assertRefused(text, tls -> tls.trustStore(text, FlinkTlsTest::password), "PKCS12 or JKS", "PEM files go to");
        assertRefused(key, tls -> tls.trustCertificates(key), "no certificate in it");
        Path store = TestCertificates.write(TestCertificates.storeOfKey("client"), directory.resolve("store.p12"));
        assertRefused(store, tls -> tls.trustCertificates(store), "key stores go to trustStore and keyStore");
    }

    @Test
    void aDamagedFile() throws Exception {
        String begin = "-----BEGIN CERTIFICATE-----\n";
        String end = "\n-----END CERTIFICATE-----\n";
        Path second = Files.writeString(
                directory.resolve("second"), Files.readString(certificate) + begin + "bm90IG9uZQ==" + end);
        assertRefused(second, tls -> tls.trustCertificates(second), "certificate 3 in it is damaged");
        Path odd = Files.writeString(directory.resolve("odd"), begin + "A" + end);
        assertRefused(odd, tls -> tls.trustCertificates(odd), "not Base64");
    }

    @Test
    void aWrongPasswordAndNone() throws Exception {
        Path store = TestCertificates.write(TestCertificates.storeOfKey("client"), directory.resolve("store.p12"));
        assertRefused(store, tls -> tls.keyStore(store, "wrong"::toCharArray), "check its password");
        assertRefused(store, tls -> tls.trustStore(store, "wrong"::toCharArray), "check its password");
        assertRefused(store, tls -> tls.keyStore(store, () -> null), "TLS cannot be set up");
    }

    @Test
    void aKeyWithAnotherPasswordThanItsStore() throws Exception {
        KeyStore jks = KeyStore.getInstance("JKS");
        jks.load(null, null);
        KeyStore client = TestCertificates.storeOfKey("client");
        jks.setKeyEntry(
                "client",
                client.getKey("client", password()),
                "another".toCharArray(),
                client.getCertificateChain("client"));
        Path store = TestCertificates.write(jks, directory.resolve("store.jks"));
        assertRefused(store, tls -> tls.keyStore(store, FlinkTlsTest::password), "another password than the store");
    }

    @Test
    void aStoreWithoutWhatItIsFor() throws Exception {
        Path empty = TestCertificates.write(TestCertificates.empty(), directory.resolve("empty.p12"));
        assertRefused(empty, tls -> tls.trustStore(empty, FlinkTlsTest::password), "no certificate to trust");
        Path ca = TestCertificates.write(TestCertificates.storeOfCertificate("ca"), directory.resolve("ca.p12"));
        assertRefused(ca, tls -> tls.keyStore(ca, FlinkTlsTest::password), "no private key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client", "client-rsa", "client-ed"})
    void theKeyOfACertificateOfAnyKindIsTaken(String alias) throws Exception {
        Path shown = TestCertificates.pem(directory.resolve("shown"), alias);
        Path itsKey = TestCertificates.pemKey(directory.resolve("its"), alias);
        assertThat(FlinkTls.builder().clientCertificate(shown, itsKey).build())
                .hasToString("FlinkTls(the JVM's trust store, show '" + shown + "')");
    }

    @Test
    void theKeyOfAnotherCertificate() throws Exception {
        Path another = TestCertificates.pemKey(directory.resolve("another.key"), "server");
        assertRefused(another, tls -> tls.clientCertificate(certificate, another), "not the key of the certificate");
        Path ed = TestCertificates.pem(directory.resolve("ed.crt"), "client-ed");
        assertRefused(another, tls -> tls.clientCertificate(ed, another), "not the key of the certificate");
        Path rsa = TestCertificates.pemKey(directory.resolve("rsa.key"), "client-rsa");
        assertRefused(rsa, tls -> tls.clientCertificate(certificate, rsa), "not the key of the certificate");
    }

    @Test
    void anEncryptedKey() throws Exception {
        String text = Files.readString(key);
        Path new8 = Files.writeString(directory.resolve("8"), text.replace("PRIVATE", "ENCRYPTED PRIVATE"));
        assertRefused(new8, tls -> tls.clientCertificate(certificate, new8), "its key is encrypted", "openssl pkey");
        Path old = Files.writeString(
                directory.resolve("1"),
                text.replace("PRIVATE", "EC PRIVATE").replaceFirst("\n", "\nProc-Type: 4,ENCRYPTED\n\n"));
        assertRefused(old, tls -> tls.clientCertificate(certificate, old), "its key is encrypted");
    }

    @Test
    void tellsItsFilesAndNoPassword() throws Exception {
        Path store = TestCertificates.write(TestCertificates.storeOfCertificate("ca"), directory.resolve("ca.p12"));
        FlinkTls tls = FlinkTls.builder()
                .trustStore(store, FlinkTlsTest::password)
                .clientCertificate(certificate, key)
                .build();
        assertThat(tls).hasToString("FlinkTls(trust '" + store + "', show '" + certificate + "')");
        assertThat(FlinkTls.builder().build()).hasToString("FlinkTls(the JVM's trust store, no client certificate)");
    }
}
