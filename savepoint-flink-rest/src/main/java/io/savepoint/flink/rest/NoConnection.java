package io.savepoint.flink.rest;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Why there is no connection for a request, be it for TLS or for a proxy, and what to change. The JDK has no types for most
 * of this, so its words are looked at; where it has others, they are told all the same.
 */
final class NoConnection {
    private static final String TLS = " FlinkRestConfig.tls";

    private NoConnection() {}

    /**
     * How an exchange failed whose connection was not made, to be put behind its name; nothing for every other failure.
     * A client certificate is refused, in TLS 1.3, when the request was sent already: but by a server that has not read it.
     */
    static Optional<String> told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLHandshakeException) {
                return Optional.of("failed: " + handshake(cause));
            }
            if (message(cause).startsWith("Tunnel failed")) {
                return Optional.of("failed: the HTTP proxy does not connect to it (" + message(cause)
                        + "); check FlinkRestConfig.proxy and that the JobManager runs");
            }
            if (cause instanceof SSLException
                    && message(cause).matches("(?i).*(plaintext|unrecognized SSL message).*")) {
                return Optional.of("failed: it does not speak TLS; begin the endpoint's URL with http://, or set"
                        + " security.ssl.rest.enabled of Flink");
            }
        }
        return Optional.empty();
    }

    private static String handshake(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "its certificate, or that of its CA, is not valid now (" + message(cause)
                        + "); renew it (security.ssl.rest.keystore of Flink), or set this machine's clock";
            }
            // Of the host-name check, whose failures have no type of their own.
            if (cause.getClass() == CertificateException.class && message(cause).startsWith("No ")) {
                return "its certificate is for another host (" + message(cause)
                        + "); name one in the endpoint's URL that the certificate is for, or give the certificate this"
                        + " one as a subject alternative name";
            }
        }
        String message = message(failure);
        if (message.contains("unable to find valid certification path")) {
            return "its certificate is not signed by a CA that is trusted here; give the certificate of its CA to"
                    + " FlinkTls.trustCertificates or trustStore, and that to" + TLS;
        }
        if (message.toLowerCase(Locale.ROOT)
                .matches("received fatal alert: .*(certificate|unknown_ca|access_denied).*")) {
            return "it wants a client certificate that it trusts (" + message
                    + "); give one to FlinkTls.clientCertificate or keyStore, and that to" + TLS
                    + ": one that has not expired, of a CA in security.ssl.rest.truststore of Flink";
        }
        return "no TLS connection (" + message
                + "); it may want a client certificate, or a version of TLS that this JVM" + " does not speak: check"
                + TLS + " and security.ssl.* of Flink";
    }

    private static String message(Throwable thrown) {
        return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    }
}
