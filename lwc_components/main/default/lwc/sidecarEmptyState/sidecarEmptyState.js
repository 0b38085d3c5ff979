import { LightningElement, api } from 'lwc';

export default class SidecarEmptyState extends LightningElement {
    /** @type {string} what is the matter, in a few words */
    @api heading = '';
    /** @type {string} what is missing and who can mend it */
    @api message = '';
    /** @type {string} SLDS utility icon */
    @api iconName = 'utility:info';
}
