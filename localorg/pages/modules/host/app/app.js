import { LightningElement } from 'lwc';
import { context } from 'platform/context';

const VIEWS = { record: 'isFlexiPage', home: 'isFlexiPage', list: 'isList', missing: 'isMissing' };

/** The whole screen: global header, navigation bar, and the page that the server described. */
export default class App extends LightningElement {
    page = context.page;

    get isFlexiPage() {
        return VIEWS[this.page.kind] === 'isFlexiPage';
    }

    get isHome() {
        return this.page.kind === 'home';
    }

    get isList() {
        return VIEWS[this.page.kind] === 'isList';
    }

    get isMissing() {
        return VIEWS[this.page.kind] === 'isMissing';
    }

    connectedCallback() {
        document.title = [this.page.title, 'Salesforce'].filter(Boolean).join(' | ');
    }

    skipToMain(event) {
        event.preventDefault();
        this.refs.main.focus();
    }
}
