import { LightningElement, api } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';

export default class SidecarRecordLink extends NavigationMixin(LightningElement) {
    /** @type {string} the record to open */
    @api recordId;
    /** @type {string} its object, where it is known */
    @api objectApiName;
    /** @type {string} what the link says */
    @api label = '';

    url;

    get page() {
        return {
            type: 'standard__recordPage',
            attributes: { recordId: this.recordId, objectApiName: this.objectApiName, actionName: 'view' }
        };
    }

    async connectedCallback() {
        this.url = await this[NavigationMixin.GenerateUrl](this.page);
    }

    handleClick(event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey) {
            return; // the browser opens its own tab or window
        }
        event.preventDefault();
        this[NavigationMixin.Navigate](this.page);
    }
}
