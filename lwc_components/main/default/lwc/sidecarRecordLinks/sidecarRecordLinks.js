import { LightningElement, api } from 'lwc';
import { fill, formatNumber } from 'c/sidecarFormat';
import { linksTo } from './records';
import MORE from '@salesforce/label/c.Sidecar_Reason_More';

export default class SidecarRecordLinks extends LightningElement {
    /** @type {string[]} 18-character ids */
    @api recordIds = [];
    /** @type {string} dimension of health that they are about: it tells what records of custom objects are */
    @api dimension = '';

    get found() {
        return linksTo(this.recordIds, this.dimension);
    }

    get more() {
        const { more } = this.found;
        return more > 0 ? fill(MORE, formatNumber(more)) : '';
    }
}
