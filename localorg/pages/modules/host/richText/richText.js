import { LightningElement, api } from 'lwc';

/** A rich text component: the admin's words on the page. */
export default class RichText extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    get text() {
        return this.item.properties.richTextValue ?? '';
    }
}
