import { LightningElement, api } from 'lwc';

export default class SidecarDealScore extends LightningElement {
    @api recordId;
}
