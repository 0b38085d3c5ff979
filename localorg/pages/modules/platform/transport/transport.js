/** Calls to the org's API, and what the pages remember of their answers. */
import { deepFreeze } from 'platform/values';

const BASE = '/services/data/v66.0';
const KEEP_MS = 30000;
const remembered = new Map();

/** Every request for data that this page sent: {method, path, by}; tests and the screen benchmark count them. */
export const requests = (window.__dataRequests = []);

function failure(status, statusText, body) {
    return deepFreeze({ body, ok: false, status, statusText, errorType: 'fetchResponse', headers: {} });
}

async function parse(response) {
    const text = await response.text();
    try {
        return text ? JSON.parse(text) : undefined;
    } catch {
        // gateways answer with a page of HTML
        return { message: response.statusText || `HTTP ${response.status}` };
    }
}

/**
 * One request. Resolves to frozen data; rejects with the platform's error shape {body, ok, status, statusText}.
 * `by` is "component" for what a component asked and "page" for the host's own parts.
 */
export async function call(method, path, body, by = 'component', headers = {}) {
    requests.push({ method, path, by });
    let response;
    try {
        response = await fetch(BASE + path, {
            method,
            headers: body === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
            body: body === undefined ? undefined : JSON.stringify(body)
        });
    } catch (problem) {
        throw failure(0, '', { message: `The org can't be reached: ${problem.message}` });
    }
    const data = await parse(response);
    if (!response.ok) {
        throw failure(response.status, response.statusText, data);
    }
    return deepFreeze(data);
}

/** A read that equal reads share while it is under way and for a short time after, as Lightning Data Service does. */
export function read(method, path, body, { by, fresh = false } = {}) {
    const key = JSON.stringify([method, path, body]);
    const known = remembered.get(key);
    if (known && !fresh && Date.now() - known.at < KEEP_MS) {
        return known.answer;
    }
    const answer = call(method, path, body, by);
    remembered.set(key, { answer, at: Date.now() });
    answer.catch(() => remembered.delete(key));
    return answer;
}

/** Forgets every answer: something was written. */
export function forget() {
    remembered.clear();
}
