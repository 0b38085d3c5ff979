import { LightningElement, api } from 'lwc';
import LOADING from '@salesforce/label/c.Sidecar_Loading';

const WIDTHS = ['85%', '60%', '75%', '50%', '90%', '65%'];

export default class SidecarStencil extends LightningElement {
    loadingText = LOADING;

    /** @type {number} how many grey lines stand below the head */
    @api lines = 4;

    get bars() {
        return Array.from({ length: this.lines }, (_, index) => ({
            key: index,
            style: `width: ${WIDTHS[index % WIDTHS.length]}`
        }));
    }
}
