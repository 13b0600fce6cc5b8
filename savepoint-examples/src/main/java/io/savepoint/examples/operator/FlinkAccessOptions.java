package io.savepoint.examples.operator;

import io.savepoint.flink.rest.FlinkHeaders;
import io.savepoint.flink.rest.FlinkRestConfig;
import io.savepoint.flink.rest.FlinkTls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom the operator trusts as Flink, and how it is known there. */
final class FlinkAccessOptions {
    @Option(
            names = "--flink-ca",
            paramLabel = "file",
            defaultValue = "${env:SAVEPOINT_FLINK_CA}",
            description = "PEM file of the CA certificates that JobManagers at https URLs have to be signed by, as the"
                    + " ca.crt of a secret; those of the JVM if not given. [SAVEPOINT_FLINK_CA]")
    @Nullable
    Path ca;

    @Option(
            names = "--flink-cert",
            paramLabel = "file",
            defaultValue = "${env:SAVEPOINT_FLINK_CERT}",
            description = "PEM file of the certificate to show to them, as the tls.crt of a secret, for"
                    + " security.ssl.rest.authentication-enabled; read at the start. [SAVEPOINT_FLINK_CERT]")
    @Nullable
    Path certificate;

    @Option(
            names = "--flink-key",
            paramLabel = "file",
            defaultValue = "${env:SAVEPOINT_FLINK_KEY}",
            description = "PEM file of its key, not encrypted, as the tls.key of a secret. [SAVEPOINT_FLINK_KEY]")
    @Nullable
    Path key;

    @Option(
            names = "--flink-token-file",
            paramLabel = "file",
            defaultValue = "${env:SAVEPOINT_FLINK_TOKEN_FILE}",
            description = "File of a token that the JobManagers of all FlinkClusters get with every request, as"
                    + " Authorization: Bearer; read for each of them. At http URLs others can read it on the way."
                    + " [SAVEPOINT_FLINK_TOKEN_FILE]")
    @Nullable
    Path tokenFile;

    /** {@return what the transport is to be made with} */
    FlinkRestConfig config() {
        FlinkRestConfig.Builder config = FlinkRestConfig.builder();
        if (wantsTls()) {
            config.tls(tls());
        }
        given(tokenFile).ifPresent(file -> {
            if (!Files.isReadable(file)) {
                throw new StartException("--flink-token-file: '" + file + "' is not a file that this process can read");
            }
            config.headers(FlinkHeaders.bearer(file));
        });
        return config.build();
    }

    boolean wantsTls() {
        return given(ca).isPresent()
                || given(certificate).isPresent()
                || given(key).isPresent();
    }

    private FlinkTls tls() {
        FlinkTls.Builder tls = FlinkTls.builder();
        given(ca).ifPresent(tls::trustCertificates);
        Optional<Path> shown = given(certificate);
        Optional<Path> itsKey = given(key);
        if (shown.isPresent() != itsKey.isPresent()) {
            throw new StartException("--flink-cert and --flink-key: one is of no use without the other; give both");
        }
        shown.ifPresent(file -> tls.clientCertificate(file, itsKey.orElseThrow()));
        try {
            return tls.build();
        } catch (IllegalArgumentException e) {
            throw new StartException("--flink-ca, --flink-cert, --flink-key: " + e.getMessage());
        }
    }

    /** A variable of the environment may be empty. */
    private static Optional<Path> given(@Nullable Path file) {
        return Optional.ofNullable(file).filter(path -> !path.toString().isBlank());
    }
}
