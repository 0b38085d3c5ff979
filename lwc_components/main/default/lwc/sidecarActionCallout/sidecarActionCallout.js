import { LightningElement, api } from 'lwc';

export default class SidecarActionCallout extends LightningElement {
    /** @type {string} heading, for instance "Recommended next action" */
    @api heading = '';
    /** @type {string} what to do */
    @api text = '';
    /** @type {string} why now */
    @api why = '';
    /** @type {string} who should do it */
    @api owner = '';
}
