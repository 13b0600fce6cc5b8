package io.savepoint.flink.rest;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom the requests to {@code https} endpoints trust, and the certificate that they show, as Flink wants one with {@code
 * security.ssl.rest.authentication-enabled}. What is not set is that of the JVM: its trust store, and no certificate.
 *
 * <p>Files are read when this is built, and not again: when a certificate was replaced, make a new transport. That a
 * server's certificate is for the host of the endpoint's URL is always checked, whatever is set here or for the JVM; a
 * trust manager of a ready {@link SSLContext} that is an {@link javax.net.ssl.X509ExtendedTrustManager} is the one to do it.
 *
 * <p>Immutable and safe for use by any number of threads.
 *
 * @see <a href="https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/security/security-ssl/">TLS in Flink</a>
 */
public final class FlinkTls {
    private final SSLContext context;
    private final String description;

    private FlinkTls(SSLContext context, String description) {
        this.context = context;
        this.description = description;
    }

    /**
     * All of it as it is, for what the builder does not have.
     *
     * @param context the context, initialized
     * @return the settings
     */
    public static FlinkTls of(SSLContext context) {
        return new FlinkTls(context, "a ready SSLContext");
    }

    /**
     * Starts settings.
     *
     * @return a builder with everything as the JVM has it
     */
    public static Builder builder() {
        return new Builder();
    }

    SSLContext context() {
        return context;
    }

    /** {@return which files these were made of; no secrets} */
    @Override
    public String toString() {
        return "FlinkTls(" + description + ")";
    }

    /** Builds {@link FlinkTls}; not safe for use by several threads. */
    public static final class Builder {
        private String trusted = "the JVM's trust store";
        private String shown = "no client certificate";
        private Optional<Source<TrustManager[]>> trust = Optional.empty();
        private Optional<Source<KeyManager[]>> keys = Optional.empty();

        private interface Source<T> {
            T read() throws GeneralSecurityException;
        }

        private Builder() {}

        /**
         * Trusts the certificates of a PEM file, such as the {@code ca.crt} of a Kubernetes secret, and those that they
         * have signed. Takes the place of the JVM's trust store, and of one set before.
         *
         * @param pem the file, with one or more certificates
         * @return this builder
         */
        public Builder trustCertificates(Path pem) {
            trusted = "trust '" + pem + "'";
            trust = Optional.of(() -> TlsFiles.trustManagers(TlsFiles.trusting(pem), pem));
            return this;
        }

        /**
         * Trusts the certificates of a key store, and those that they have signed. Takes the place of the JVM's trust
         * store, and of one set before.
         *
         * @param file a key store of a type that the JDK finds out by itself: PKCS12 or JKS
         * @param password gives its password, at {@link #build()}
         * @return this builder
         */
        public Builder trustStore(Path file, Supplier<char[]> password) {
            trusted = "trust '" + file + "'";
            trust = Optional.of(() -> TlsFiles.trustManagers(TlsFiles.store(file, password.get()), file));
            return this;
        }

        /**
         * Shows a certificate of PEM files, such as the {@code tls.crt} and {@code tls.key} of a Kubernetes secret. Takes
         * the place of one set before.
         *
         * @param certificates the file with the certificate, and behind it those of the CAs between it and the root
         * @param key the file with its key, which is not encrypted: PKCS#8 ({@code BEGIN PRIVATE KEY}), PKCS#1 ({@code
         *     BEGIN RSA PRIVATE KEY}) or SEC 1 ({@code BEGIN EC PRIVATE KEY})
         * @return this builder
         */
        public Builder clientCertificate(Path certificates, Path key) {
            shown = "show '" + certificates + "'";
            keys = Optional.of(() -> {
                char[] none = {};
                KeyStore store = TlsFiles.showing(certificates, key, none);
                return TlsFiles.keyManagers(store, none, key);
            });
            return this;
        }

        /**
         * Shows the certificate of a key store. Takes the place of one set before.
         *
         * @param file a key store of a type that the JDK finds out by itself, PKCS12 or JKS, with a private key in it
         * @param password gives the password of the store and of the key, at {@link #build()}
         * @return this builder
         */
        public Builder keyStore(Path file, Supplier<char[]> password) {
            shown = "show '" + file + "'";
            keys = Optional.of(() -> {
                char @Nullable [] given = password.get();
                return TlsFiles.keyManagers(TlsFiles.store(file, given), given, file);
            });
            return this;
        }

        /**
         * Reads the files.
         *
         * @return the settings
         * @throws IllegalArgumentException if a file cannot be used; the message names it and says what to do
         */
        public FlinkTls build() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(
                        keys.isEmpty() ? null : keys.get().read(),
                        trust.isEmpty() ? null : trust.get().read(),
                        null);
                return new FlinkTls(context, trusted + ", " + shown);
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(
                        "TLS cannot be set up with " + trusted + ", " + shown + " (" + e + "); check these files", e);
            }
        }
    }
}
