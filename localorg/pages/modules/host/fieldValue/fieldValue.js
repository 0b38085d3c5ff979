import { LightningElement, api } from 'lwc';

/** One field's value: text, a link, a check mark or rich text. */
export default class FieldValue extends LightningElement {
    @api view = {};
    @api truncate = false;

    get textClass() {
        return this.truncate ? 'slds-truncate' : 'text';
    }

    get target() {
        return this.view.external ? '_blank' : undefined;
    }

    get rel() {
        return this.view.external ? 'noopener noreferrer' : undefined;
    }

    get checkText() {
        return this.view.checked ? 'True' : 'False';
    }
}
