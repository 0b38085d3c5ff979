import { LightningElement, api } from 'lwc';

export default class SidecarWorthList extends LightningElement {
    /** @type {{id: string, objectApiName: string, name: string, facts: string, worth: string, worthTitle: string, note: string}[]} */
    @api rows = [];
}
