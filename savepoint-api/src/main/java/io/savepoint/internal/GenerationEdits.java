package io.savepoint.internal;

import io.savepoint.model.ClusterState;
import io.savepoint.model.SavepointEvent;
import io.savepoint.policy.GenerationTriggeredPolicy;
import java.util.OptionalLong;

/** Tells the user, once for each edit, that a {@code savepointGeneration} was changed to one that asks for nothing. */
final class GenerationEdits {
    private GenerationEdits() {}

    /**
     * Goes by the record alone. A spec that was like that when it was first seen is no edit; going back to what was
     * asked for last, or to nothing, is one that wants no savepoint.
     *
     * @param draft what else there is to record is in it
     */
    static void follow(Draft draft, ClusterState state) {
        long wanted = state.spec().savepointGeneration();
        long recorded = draft.job().savepointGeneration();
        long asked = GenerationTriggeredPolicy.lastAsked(draft.bookkeeping());
        OptionalLong seen = state.status().bookkeeping().generationSeen();
        if (wanted > recorded && wanted > asked) {
            // A tick to come accepts it, unless the recorded one overtakes it before: then that is told.
            return;
        }
        boolean edited = seen.isPresent() && wanted != seen.getAsLong();
        boolean told = edited && wanted != 0 && wanted != asked;
        if (told) {
            draft.event(SavepointEvent.Type.REQUEST_REFUSED, message(wanted, recorded, asked));
        }
        // What was seen is not worth a write of its own, so a cluster that is merely looked at is left alone.
        boolean written = told || !draft.status().equals(state.status());
        if (written) {
            draft.updateBookkeeping(bookkeeping -> bookkeeping.generationSeen(wanted));
        }
    }

    private static String message(long wanted, long recorded, long asked) {
        String before = asked > recorded ? " and " + asked + " was asked for before" : "";
        return "savepointGeneration " + wanted + " asks for nothing, as " + recorded + " is recorded" + before
                + "; raise it above " + Math.max(recorded, asked) + " to ask for a savepoint";
    }
}
