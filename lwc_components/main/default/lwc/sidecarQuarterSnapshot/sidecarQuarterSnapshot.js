import { LightningElement, api } from 'lwc';

export default class SidecarQuarterSnapshot extends LightningElement {
    @api recordId;
}
