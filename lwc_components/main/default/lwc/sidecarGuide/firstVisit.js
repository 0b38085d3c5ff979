/**
 * Remembers in the browser who has seen the guide. Where the browser keeps nothing, it is shown on each visit.
 */
const keyOf = (userId) => `sidecar-guide-seen:${userId}`;

/** @returns {boolean} whether this user has seen the guide in this browser */
export function hasSeen(userId) {
    try {
        return window.localStorage.getItem(keyOf(userId)) !== null;
    } catch {
        return false;
    }
}

/** Remembers that this user has seen it. */
export function remember(userId) {
    try {
        window.localStorage.setItem(keyOf(userId), '1');
    } catch {
        // private windows and full storage refuse: then it is shown once more
    }
}
