import { LightningElement, api } from 'lwc';
import HIDDEN_HEADING from '@salesforce/label/c.Sidecar_Hidden_Heading';
import HIDDEN_MESSAGE from '@salesforce/label/c.Sidecar_Hidden_Message';

export default class SidecarPanel extends LightningElement {
    hidden = { heading: HIDDEN_HEADING, message: HIDDEN_MESSAGE };

    /** @type {string} title of the card */
    @api heading;

    /** @type {string} for instance `standard:forecasts` */
    @api iconName;

    /**
     * What the panel shows; nothing while the answer is awaited. `isHidden`: the user may not see it. `empty`: heading,
     * message and iconName to show in place of the content. `scoredAt`, `isStale`, `isFresh`: how old it is.
     * `detailNotice`: why the explanation is not there. Everything else belongs to the panel that fills the slot.
     * @type {object}
     */
    @api view;

    /** One error or several, as the platform gives them; they come before the view. */
    @api errors;

    get isLoading() {
        return !this.view && !this.errors;
    }

    handleRetry() {
        this.dispatchEvent(new CustomEvent('retry'));
    }
}
