package io.savepoint.flink.rest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Reads what TLS is set up with. What is wrong with a file is an {@link IllegalArgumentException} that names it, and tells
 * nothing of what is in it.
 */
final class TlsFiles {
    private TlsFiles() {}

    static KeyStore store(Path file, char @Nullable [] password) throws GeneralSecurityException {
        if (!Files.isReadable(file)) {
            throw unusable(file, "it is not a file that this process can read", "put it there");
        }
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException e) {
            throw unusable(file, "it cannot be read as a key store (" + e.getMessage() + ")", "check its password");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unusable(
                    file,
                    "it cannot be read as a key store (" + e.getMessage() + ")",
                    "give one of type PKCS12 or JKS; PEM files go to trustCertificates and clientCertificate");
        }
    }

    /** A store of the certificates to trust. */
    static KeyStore trusting(Path pem) throws GeneralSecurityException {
        KeyStore store = empty();
        for (X509Certificate certificate : Pem.certificates(pem, text(pem))) {
            store.setCertificateEntry("trusted-" + store.size(), certificate);
        }
        return store;
    }

    /** A store of the certificate to show. */
    static KeyStore showing(Path certificates, Path key, char[] password) throws GeneralSecurityException {
        List<X509Certificate> chain = Pem.certificates(certificates, text(certificates));
        PrivateKey privateKey = Pem.key(key, text(key), chain.get(0));
        KeyStore store = empty();
        store.setKeyEntry("shown", privateKey, password, chain.toArray(Certificate[]::new));
        return store;
    }

    private static KeyStore empty() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new IllegalStateException("there is nothing to be read", e);
        }
        return store;
    }

    private static String text(Path pem) {
        try {
            return Files.readString(pem, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw unusable(pem, "it cannot be read (" + e + ")", "put it there");
        }
    }

    static TrustManager[] trustManagers(KeyStore store, Path file) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509 && x509.getAcceptedIssuers().length == 0) {
                throw unusable(
                        file,
                        "it has no certificate to trust in it",
                        "import that of the CA (keytool -importcert), and give its password");
            }
        }
        return factory.getTrustManagers();
    }

    static KeyManager[] keyManagers(KeyStore store, char @Nullable [] password, Path file)
            throws GeneralSecurityException {
        boolean hasKey = false;
        for (String alias : Collections.list(store.aliases())) {
            hasKey |= store.isKeyEntry(alias);
        }
        if (!hasKey) {
            throw unusable(file, "it has no private key in it", "give the key store of the client");
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        try {
            factory.init(store, password);
        } catch (UnrecoverableKeyException e) {
            throw unusable(
                    file,
                    "its key has another password than the store",
                    "give them one password (keytool -keypasswd), or make an SSLContext");
        }
        return factory.getKeyManagers();
    }

    static IllegalArgumentException unusable(Path file, String why, String advice) {
        return new IllegalArgumentException("TLS cannot be set up with '" + file + "': " + why + "; " + advice);
    }
}
