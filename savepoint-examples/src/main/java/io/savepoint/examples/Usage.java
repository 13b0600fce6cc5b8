package io.savepoint.examples;

/** Says how an example is to be called. */
final class Usage {
    private static final int EXIT_CODE = 2;

    private Usage() {}

    static void require(int count, String[] args, String usage) {
        if (args.length != count) {
            System.err.println("usage: " + usage);
            System.exit(EXIT_CODE);
        }
    }
}
