import { LightningElement, api } from 'lwc';

export default class SidecarHealthPanel extends LightningElement {
    @api recordId;
}
