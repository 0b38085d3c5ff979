/** Stand-in for `lightning/refresh`. */
import { invalidateAll } from 'platform/wire';

const EVENT = 'lightning__refresh';
const handlers = new Map();
let nextId = 0;

export const REFRESH_COMPLETE = 'complete';
export const REFRESH_COMPLETE_WITH_ERRORS = 'complete_with_errors';
export const REFRESH_ERROR = 'error';

/** Asks the page to fetch everything it shows again. */
export class RefreshEvent extends CustomEvent {
    constructor() {
        super(EVENT, { bubbles: true, cancelable: true, composed: true });
    }
}

/** Calls `handler` when the page is asked to refresh; gives an id for `unregisterRefreshHandler`. */
export function registerRefreshHandler(context, handler) {
    const id = ++nextId;
    handlers.set(id, handler.bind(context));
    return id;
}

export function unregisterRefreshHandler(id) {
    handlers.delete(id);
}

window.addEventListener(EVENT, async () => {
    await Promise.allSettled([...handlers.values()].map((handler) => handler()));
    await invalidateAll();
});
