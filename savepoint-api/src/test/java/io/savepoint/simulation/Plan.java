package io.savepoint.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * All that will happen in a run, made from its seed beforehand, so that a part of it can be left out and the rest stays
 * what it was.
 *
 * @param seed what it was made from; everything that is not planned, such as ids and how long requests take, is drawn from
 *     it in the run
 * @param setup how the run begins
 * @param items what happens in it
 */
record Plan(long seed, Setup setup, List<Item> items) {
    Plan {
        items = List.copyOf(items);
    }

    /** Something that happens. */
    sealed interface Item {
        /** A short text for traces. */
        String text();
    }

    /**
     * Something goes wrong at an interaction.
     *
     * @param site where
     * @param occurrence at which passage of it in the run, whichever manager passes, from 1
     * @param fault what goes wrong
     * @param amount how much: how late, how long, how far
     */
    record FaultAt(Site site, int occurrence, Fault fault, Duration amount) implements Item {
        @Override
        public String text() {
            return fault + " at " + site + " " + occurrence + " (" + amount + ")";
        }
    }

    /**
     * Somebody does something.
     *
     * @param at when
     * @param deed what
     * @param cluster to which cluster, by number
     * @param argument a number to make the details from; not negative
     */
    record Happening(Duration at, Deed deed, int cluster, int argument) implements Item {
        @Override
        public String text() {
            return deed + " of cluster " + cluster + " after " + at + " (" + argument + ")";
        }
    }

    /** The same run without some of what happens in it. */
    Plan without(Set<Integer> leftOut) {
        List<Item> kept = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (!leftOut.contains(i)) {
                kept.add(items.get(i));
            }
        }
        return new Plan(seed, setup, kept);
    }
}
