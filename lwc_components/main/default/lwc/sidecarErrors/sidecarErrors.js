/**
 * One place that knows every shape in which the platform reports an error: UI API reads (array), UI API writes (object with `output`),
 * GraphQL (array of errors inside an answer with status 200), JavaScript errors and plain text.
 */

function listOf(value) {
    return Array.isArray(value) ? value : [value];
}

function outputMessages(output) {
    const fields = Object.values(output?.fieldErrors ?? {}).flat();
    return [...(output?.errors ?? []), ...fields].map((error) => error?.message);
}

function bodyMessages(body) {
    if (typeof body === 'string') {
        return [body];
    }
    if (Array.isArray(body)) {
        return body.map((part) => part?.message);
    }
    const inner = outputMessages(body.output ?? body);
    return inner.some(Boolean) ? inner : [body.message];
}

function messagesOf(error) {
    if (!error) {
        return [];
    }
    if (typeof error === 'string') {
        return [error];
    }
    const inner = error.body ? bodyMessages(error.body) : outputMessages(error.output);
    return inner.some(Boolean) ? inner : [error.message ?? error.statusText];
}

/** What a proxy or a login page answers is markup, nothing to show to a person. */
function isReadable(message) {
    return typeof message === 'string' && message.trim() !== '' && !/^\s*<(!doctype|html|\?xml)/i.test(message);
}

/**
 * @param {*} errors one error or several, of any shape
 * @returns {string[]} their messages, each once, without markup; empty if none is readable
 */
export function reduceErrors(errors) {
    const messages = listOf(errors).flatMap(messagesOf).filter(isReadable);
    return [...new Set(messages.map((message) => message.trim()))];
}

/**
 * To GraphQL a field that somebody may not see is not there: it refuses the question that sorts by it, rather than leave it out.
 * @param {*} errors one error or several, of any shape
 * @returns {boolean} whether all of them say that something of the package is unknown
 */
export function isHiddenFromUser(errors) {
    const messages = reduceErrors(errors);
    const isUnknown = (message) =>
        /\bSidecar_\w+__c/.test(message) && /undefined|unknown|not defined|cannot query/i.test(message);
    return messages.length > 0 && messages.every(isUnknown);
}

/**
 * Repeats a component's GraphQL request. While the answer is awaited its grey placeholder stands; if asking fails again without an answer,
 * the error comes back.
 * @param {object} asker component with `errors` and the wire's `refresh`
 * @param {string} answer name of the property that an answer fills
 */
export async function askAgain(asker, answer) {
    const before = asker.errors;
    asker.errors = undefined;
    try {
        await asker.refresh?.();
    } catch (error) {
        asker.errors = error;
    }
    if (!asker[answer] && !asker.errors) {
        asker.errors = before;
    }
}
