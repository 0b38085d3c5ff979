import { LightningElement } from 'lwc';
import { context } from 'platform/context';

/** App launcher, the app's name and its tabs. */
export default class NavBar extends LightningElement {
    appName = context.app.label;
    launcherOpen = false;

    get tabs() {
        return context.app.tabs.map((tab) => ({
            ...tab,
            current: tab.active ? 'page' : undefined,
            itemClass: `slds-context-bar__item${tab.active ? ' slds-is-active' : ''}`
        }));
    }

    get expanded() {
        return String(this.launcherOpen);
    }

    toggleLauncher() {
        this.launcherOpen = !this.launcherOpen;
    }

    closeOnEscape(event) {
        if (event.key === 'Escape') {
            this.launcherOpen = false;
        }
    }

    closeWhenLeft(event) {
        if (!event.currentTarget.contains(event.relatedTarget)) {
            this.launcherOpen = false;
        }
    }
}
