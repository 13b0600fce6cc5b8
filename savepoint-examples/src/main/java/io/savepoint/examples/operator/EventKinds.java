package io.savepoint.examples.operator;

import io.savepoint.model.SavepointEvent.Type;
import java.util.EnumSet;
import java.util.Set;

/** Which events somebody should look at. */
final class EventKinds {
    private static final Set<Type> TROUBLE = EnumSet.of(
            Type.SAVEPOINT_FAILED,
            Type.CONTROL_FAILED,
            Type.JOB_FAILED,
            Type.JOB_LOST,
            Type.REQUEST_REFUSED,
            Type.SPEC_INVALID);

    private EventKinds() {}

    static boolean isTrouble(Type type) {
        return TROUBLE.contains(type);
    }
}
