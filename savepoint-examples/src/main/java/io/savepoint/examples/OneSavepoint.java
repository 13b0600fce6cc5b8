package io.savepoint.examples;

import io.savepoint.flink.rest.FlinkRestTransport;

/** A script: one savepoint of a job that runs somewhere, without store and policies. */
public final class OneSavepoint {
    private OneSavepoint() {}

    /**
     * Takes it and prints where it lies.
     *
     * @param args Flink's URL, the job id, the savepoint directory as Flink sees it
     */
    public static void main(String[] args) {
        Usage.require(3, args, "OneSavepoint FLINK-URL JOB-ID SAVEPOINT-DIRECTORY");
        // begin script
        var savepoint =
                FlinkRestTransport.at(args[0]).takeSavepoint(args[1], args[2]).join();
        System.out.println(savepoint.location());
        // end script
    }
}
