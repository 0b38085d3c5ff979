/** Stand-in for the navigation service; base components re-export it as `lightning/navigation`. */
import { context } from 'platform/context';
import { currentPageReference, urlOf } from 'platform/urls';

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

function go(pageReference, replace) {
    const url = urlOf(pageReference);
    if (url === null) {
        console.warn('The page host has no page for', JSON.stringify(pageReference));
    } else if (pageReference.type === 'standard__webPage') {
        window.open(url, '_blank', 'noopener');
    } else if (replace) {
        window.location.replace(url);
    } else {
        window.location.assign(url);
    }
}

export const NavigationMixin = (Base) =>
    class extends Base {
        [Navigate](pageReference, replace = false) {
            go(pageReference, replace);
        }

        async [GenerateUrl](pageReference) {
            return urlOf(pageReference) ?? '#';
        }
    };
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;

/** Wire adapter: the page reference of the page that is open. */
export class CurrentPageReference {
    constructor(callback) {
        this.callback = callback;
    }

    connect() {
        this.callback(currentPageReference(context.page, window.location.search));
    }

    update() {}

    disconnect() {}
}
