import { LightningElement, api } from 'lwc';
import { reduceErrors } from 'c/sidecarErrors';
import TITLE from '@salesforce/label/c.Sidecar_Error_Title';
import UNKNOWN from '@salesforce/label/c.Sidecar_Error_Unknown';
import RETRY from '@salesforce/label/c.Sidecar_Error_Retry';

export default class SidecarErrorPanel extends LightningElement {
    label = { title: TITLE, retry: RETRY };

    /** One error or several, as the platform gives them. */
    @api errors;

    get messages() {
        const messages = reduceErrors(this.errors);
        return messages.length > 0 ? messages : [UNKNOWN];
    }

    /** Moves the keyboard to the one thing that can be done here. */
    @api focus() {
        this.refs.retry?.focus();
    }

    handleRetry() {
        this.dispatchEvent(new CustomEvent('retry'));
    }
}
