/** Freezes an answer all the way down: the platform hands out read-only data, so a component that writes to it must fail here too. */
export function deepFreeze(value) {
    if (value && typeof value === 'object' && !Object.isFrozen(value)) {
        Object.freeze(value);
        Object.values(value).forEach(deepFreeze);
    }
    return value;
}

/** `Account.Name` of a field given as text or as imported from `@salesforce/schema`. */
export function fieldName(field) {
    return typeof field === 'string' ? field : `${field.objectApiName}.${field.fieldApiName}`;
}

/** API name of an object given as text or as imported from `@salesforce/schema`. */
export function objectName(object) {
    return typeof object === 'string' ? object : object?.objectApiName;
}

/** A query string of what is given; lists are joined, what is missing is left out. Ends without a lone `?`. */
export function queryOf(parameters) {
    const query = new URLSearchParams();
    Object.entries(parameters).forEach(([name, value]) => {
        const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
        if (text) {
            query.set(name, text);
        }
    });
    return query.size ? `?${query}` : '';
}

/** A list of field names from one field or many, in a stable order so that equal requests look equal. */
export function fieldList(fields) {
    return [fields].flat().filter(Boolean).map(fieldName).sort();
}
