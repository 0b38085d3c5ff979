import { NavigationMixin } from 'lightning/navigation';
import SidecarRecordPanel from 'c/sidecarRecordPanel';
import { ALWAYS, FIELDS } from './fields';
import { dealView } from './dealView';
import * as label from './labels';

export default class SidecarDealScore extends SidecarRecordPanel {
    label = label;
    fields = ALWAYS;
    fieldsByName = FIELDS;
    viewOf = dealView;

    handleEdit() {
        this[NavigationMixin.Navigate]({
            type: 'standard__recordPage',
            attributes: { recordId: this.recordId, objectApiName: 'Opportunity', actionName: 'edit' }
        });
    }
}
