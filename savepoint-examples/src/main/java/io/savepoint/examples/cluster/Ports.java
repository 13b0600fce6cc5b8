package io.savepoint.examples.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Two free ports for a cluster that no other cluster started by this class takes, in whichever process.
 *
 * <p>They come in blocks whose first port is kept bound by this process as a sign for the others. The blocks lie below
 * the range from which systems pick ports for outgoing connections.
 */
final class Ports implements AutoCloseable {

    private static final int FIRST = 20_000;
    private static final int BLOCK = 3;
    private static final int BLOCKS = 4_000;
    private static final int TRIES = 200;

    private final ServerSocket sign;

    private Ports(ServerSocket sign) {
        this.sign = sign;
    }

    static Ports reserve() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int first = FIRST + BLOCK * ThreadLocalRandom.current().nextInt(BLOCKS);
            Optional<ServerSocket> sign = bind(first);
            if (sign.isPresent()) {
                Ports ports = new Ports(sign.get());
                if (isFree(ports.jobManagerRpc()) && isFree(ports.rest())) {
                    return ports;
                }
                ports.close();
            }
        }
        throw new IOException("found no free ports in " + TRIES + " tries from " + FIRST);
    }

    int jobManagerRpc() {
        return sign.getLocalPort() + 1;
    }

    int rest() {
        return sign.getLocalPort() + 2;
    }

    @Override
    public void close() throws IOException {
        sign.close();
    }

    private static boolean isFree(int port) throws IOException {
        Optional<ServerSocket> socket = bind(port);
        if (socket.isPresent()) {
            socket.get().close();
        }
        return socket.isPresent();
    }

    private static Optional<ServerSocket> bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Optional.of(socket);
        } catch (IOException taken) {
            socket.close();
            return Optional.empty();
        }
    }
}
