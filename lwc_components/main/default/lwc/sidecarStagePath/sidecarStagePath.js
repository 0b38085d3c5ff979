import { LightningElement, api } from 'lwc';
import { stagePathView } from './stagePathView';
import HEADING from '@salesforce/label/c.Sidecar_Path_Heading';
import LEGEND from '@salesforce/label/c.Sidecar_Path_Legend';

/** The stages that a deal has left: the days it stayed, against the middle half of won deals. */
export default class SidecarStagePath extends LightningElement {
    label = { heading: HEADING, legend: LEGEND };

    /**
     * Oldest first: name, days, and of won deals lower, typical and upper days (the quartiles; null: not known) and how many they are.
     * @type {{name: string, days: number, lower: number, typical: number, upper: number, sample: number}[]}
     */
    @api stages = [];

    get view() {
        return stagePathView(this.stages);
    }
}
