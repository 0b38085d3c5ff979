/** Page references and the addresses they stand for. */
const part = encodeURIComponent;

const SAFE_WEB_ADDRESS = /^(https?:|mailto:|tel:|\/(?!\/))/i;

const PAGES = {
    standard__recordPage: ({ objectApiName, recordId, actionName }) =>
        objectApiName
            ? `/lightning/r/${part(objectApiName)}/${part(recordId)}/${part(actionName ?? 'view')}`
            : `/lightning/r/${part(recordId)}/view`,
    standard__recordRelationshipPage: ({ objectApiName, recordId, relationshipApiName }) =>
        `/lightning/r/${part(objectApiName)}/${part(recordId)}/related/${part(relationshipApiName)}/view`,
    standard__objectPage: ({ objectApiName, actionName }) =>
        `/lightning/o/${part(objectApiName)}/${part(actionName ?? 'list')}`,
    standard__namedPage: ({ pageName }) => `/lightning/page/${part(pageName)}`,
    standard__navItemPage: ({ apiName }) => `/lightning/n/${part(apiName)}`,
    standard__webPage: ({ url }) => (SAFE_WEB_ADDRESS.test(url ?? '') ? url : null)
};

/** The address of a page reference, or null when there is no such page. State becomes the query string. */
export function urlOf({ type, attributes = {}, state = {} } = {}) {
    const url = PAGES[type]?.(attributes) ?? null;
    const query = new URLSearchParams(
        Object.entries(state).filter(([, value]) => value !== undefined && value !== null)
    ).toString();
    return url && query ? `${url}?${query}` : url;
}

/** The page reference of a page that the server described. */
export function currentPageReference(page, search) {
    const state = Object.fromEntries(new URLSearchParams(search));
    switch (page.kind) {
        case 'record':
            return {
                type: 'standard__recordPage',
                attributes: { objectApiName: page.objectApiName, recordId: page.recordId, actionName: 'view' },
                state
            };
        case 'list':
            return {
                type: 'standard__objectPage',
                attributes: { objectApiName: page.objectApiName, actionName: 'list' },
                state
            };
        default:
            return { type: 'standard__namedPage', attributes: { pageName: 'home' }, state };
    }
}
