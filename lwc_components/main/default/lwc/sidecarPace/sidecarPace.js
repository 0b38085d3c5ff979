import { LightningElement, api } from 'lwc';

const ICONS = { good: 'utility:success', late: 'utility:warning', bad: 'utility:error' };

/** How something stands against others in a word and with an icon; the colour only repeats it. */
export default class SidecarPace extends LightningElement {
    /**
     * The word, and its tone: good, late, bad, plain (nothing to tell) or unknown.
     * @type {{word: string, tone: string}}
     */
    @api pace;

    get icon() {
        return ICONS[this.pace.tone];
    }

    get paceClass() {
        return `pace pace_${this.pace.tone}`;
    }
}
