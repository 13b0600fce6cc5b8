package io.savepoint.simulation;

import java.util.ArrayList;
import java.util.List;

/** How often each fault happened at each site, and each deed was done. Not safe for use by several threads. */
final class Coverage {
    private final long[][] faults = new long[Site.values().length][Fault.values().length];
    private final long[] deeds = new long[Deed.values().length];

    void happened(Site site, Fault fault) {
        faults[site.ordinal()][fault.ordinal()]++;
    }

    void done(Deed deed) {
        deeds[deed.ordinal()]++;
    }

    void add(Coverage other) {
        for (Site site : Site.values()) {
            for (Fault fault : Fault.values()) {
                faults[site.ordinal()][fault.ordinal()] += other.faults[site.ordinal()][fault.ordinal()];
            }
        }
        for (Deed deed : Deed.values()) {
            deeds[deed.ordinal()] += other.deeds[deed.ordinal()];
        }
    }

    long faults() {
        long sum = 0;
        for (long[] ofSite : faults) {
            for (long count : ofSite) {
                sum += count;
            }
        }
        return sum;
    }

    /** How many pairs of a fault and a site there are. */
    static int pairs() {
        int pairs = 0;
        for (Site site : Site.values()) {
            for (Fault fault : Fault.values()) {
                pairs += fault.canHappenAt(site) ? 1 : 0;
            }
        }
        return pairs;
    }

    /** The pairs and the deeds that happened less often than this. */
    List<String> below(long least) {
        List<String> seldom = new ArrayList<>();
        for (Site site : Site.values()) {
            for (Fault fault : Fault.values()) {
                long count = faults[site.ordinal()][fault.ordinal()];
                if (fault.canHappenAt(site) && count < least) {
                    seldom.add(fault + " at " + site + ": " + count);
                }
            }
        }
        for (Deed deed : Deed.values()) {
            if (deeds[deed.ordinal()] < least) {
                seldom.add(deed + ": " + deeds[deed.ordinal()]);
            }
        }
        return seldom;
    }

    long leastPair() {
        long least = Long.MAX_VALUE;
        for (Site site : Site.values()) {
            for (Fault fault : Fault.values()) {
                if (fault.canHappenAt(site)) {
                    least = Math.min(least, faults[site.ordinal()][fault.ordinal()]);
                }
            }
        }
        return least;
    }

    /** A table of all, for a file. */
    String table() {
        StringBuilder table = new StringBuilder(1 << 14);
        table.append(String.format("%-20s", "fault"));
        for (Site site : Site.values()) {
            table.append(String.format(" %20s", site));
        }
        table.append('\n');
        for (Fault fault : Fault.values()) {
            table.append(String.format("%-20s", fault));
            for (Site site : Site.values()) {
                table.append(String.format(
                        " %20s", fault.canHappenAt(site) ? faults[site.ordinal()][fault.ordinal()] : "-"));
            }
            table.append('\n');
        }
        for (Deed deed : Deed.values()) {
            table.append(String.format("%-28s %12d%n", deed, deeds[deed.ordinal()]));
        }
        return table.toString();
    }
}
