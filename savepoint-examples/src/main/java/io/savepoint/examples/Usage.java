package io.savepoint.examples;

/** Says how an example is to be called. */
final class Usage {
    private static final int EXIT_CODE = 2;

    private Usage() {}

    static void require(int count, String[] args, String usage) {
        require(args.length == count, usage);
    }

    static void require(boolean fits, String usage) {
        if (!fits) {
            System.err.println("usage: " + usage);
            System.exit(EXIT_CODE);
        }
    }
}
