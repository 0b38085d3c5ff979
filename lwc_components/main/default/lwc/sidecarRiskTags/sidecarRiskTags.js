import { LightningElement, api } from 'lwc';
import RISKS from '@salesforce/label/c.Sidecar_Deal_Risks';

export default class SidecarRiskTags extends LightningElement {
    name = RISKS;

    /** @type {string[]} */
    @api tags = [];
}
