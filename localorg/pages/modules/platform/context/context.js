/**
 * What the server says about this page: who looks at it, in which app, at what. It arrives as JSON inside the document,
 * so that nothing has to be asked for before the first paint.
 */
import { deepFreeze } from 'platform/values';

function read() {
    const element = document.getElementById('lightning-page');
    return element ? JSON.parse(element.textContent) : {};
}

const DEFAULTS = {
    user: {},
    locale: 'en-US',
    language: 'en-US',
    currency: 'USD',
    timeZone: 'UTC',
    permissions: [],
    app: { tabs: [] },
    page: {}
};

export const context = deepFreeze({ ...DEFAULTS, ...read() });
