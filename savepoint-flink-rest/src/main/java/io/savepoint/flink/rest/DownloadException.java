package io.savepoint.flink.rest;

import io.savepoint.model.ClusterId;
import io.savepoint.spi.FlinkException;
import io.savepoint.spi.FlinkRefusedException;
import io.savepoint.spi.FlinkUnreachableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Why a jar could not be downloaded, whichever cluster it is for: launches of several clusters share a download. Never
 * leaves this package.
 */
final class DownloadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean useless;

    private DownloadException(boolean useless, String what, @Nullable Throwable cause) {
        super(what, cause);
        this.useless = useless;
    }

    /** Trying again is useless. */
    static DownloadException refused(String what) {
        return new DownloadException(true, what, null);
    }

    /** Another try may go well. */
    static DownloadException passing(String what) {
        return new DownloadException(false, what, null);
    }

    static DownloadException status(int status) {
        String answered = "its download was answered with HTTP " + status;
        if (status >= 500 || status == 408 || status == 429) {
            return passing(answered + "; look at its server if this goes on");
        }
        if (status >= 400) {
            return refused(answered
                    + "; check the URL and whether its server, or the URL's signature, lets this process" + " read it");
        }
        if (status >= 300) {
            return refused(answered + ", a redirect that is not followed; give the URL that it leads to");
        }
        return refused(answered + " where 200 was expected; give the URL of the jar itself");
    }

    static DownloadException tooLarge(long maxBytes) {
        return refused("it has more than " + maxBytes + " bytes; check the URL, or raise maxBytes");
    }

    static DownloadException notAJar() {
        return refused(
                "what its server sends is not a jar (it does not begin as a zip does, with PK); give the URL of the"
                        + " jar itself, and not of a page about it");
    }

    static DownloadException cut() {
        return passing("its download broke off (the end of the zip is missing); look at its server if this goes on");
    }

    static DownloadException cache(String cacheDirectory, IOException e) {
        return new DownloadException(
                false,
                "it cannot be stored in the cache directory '" + cacheDirectory + "' (" + e
                        + "); look at the directory's space and rights",
                e);
    }

    /** What an exchange failed with. */
    static DownloadException of(Throwable thrown, Duration timeout) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof DownloadException known) {
                return known;
            }
            if (cause instanceof Error error) {
                throw error;
            }
        }
        Throwable failure = Futures.unwrap(thrown);
        if (failure instanceof TimeoutException) {
            return passing("its download did not end within " + FlinkHttp.seconds(timeout)
                    + "; look at its server, or raise the timeout");
        }
        String advice = "; check that the URL is right and that its server runs";
        if (mayTellTheUrl(failure)) {
            return passing("its download failed (" + failure.getClass().getName() + ", with a message that may hold a"
                    + " password and is not repeated here)" + advice);
        }
        return new DownloadException(false, "its download " + FlinkHttp.what(failure) + advice, failure);
    }

    /** Whether a failure may repeat a URL, that of a redirect included: there are passwords and signatures in some. */
    private static boolean mayTellTheUrl(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.indexOf('?') >= 0 || message.indexOf('@') >= 0) {
                return true;
            }
        }
        return false;
    }

    /** What to tell of it. */
    FlinkException told(ClusterId cluster, JarUrl url) {
        String message = "Flink cluster " + cluster + ": jarFile '" + url.shown() + "': " + getMessage()
                + ". Nothing was submitted";
        Throwable cause = getCause();
        if (useless) {
            return new FlinkRefusedException(message);
        }
        return cause == null ? new FlinkUnreachableException(message) : new FlinkUnreachableException(message, cause);
    }
}
