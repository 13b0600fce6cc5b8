package io.savepoint.k8s.model;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.Map;

/** An object of a resource that keeps the fields it does not name. Not safe for use by several threads. */
public abstract class OpenObject {
    @JsonIgnore
    private final Map<String, Object> otherFields = new LinkedHashMap<>();

    /** Has no other fields yet. */
    protected OpenObject() {}

    /**
     * The fields that this class does not name, as read and as they will be written.
     *
     * @return the fields, to be changed in place
     */
    @JsonAnyGetter
    public Map<String, Object> getOtherFields() {
        return otherFields;
    }

    /**
     * Sets a field that this class does not name.
     *
     * @param name the field's name
     * @param value its value
     */
    @JsonAnySetter
    public void setOtherField(String name, Object value) {
        otherFields.put(name, value);
    }
}
