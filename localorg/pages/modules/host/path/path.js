import { LightningElement, api, wire } from 'lwc';
import { getPicklistValues } from 'lightning/uiObjectInfoApi';
import { updateRecord } from 'lightning/uiRecordApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { getRecordUi, messageOf, recordOf } from 'platform/recordUi';

const MASTER = '012000000000000AAA';
const STAGE_FIELDS = { Opportunity: 'StageName', Case: 'Status' };

/** The closed stages share the last step of the path, as in Lightning Experience. */
function stepsOf(values, current) {
    const open = values.filter((value) => !value.attributes?.closed);
    const closed = values.filter((value) => value.attributes?.closed);
    const outcome = closed.find((value) => value.value === current);
    const last = closed.length
        ? [
              {
                  value: outcome?.value ?? '',
                  label: outcome?.label ?? 'Closed',
                  won: outcome?.attributes.won,
                  isOutcome: true
              }
          ]
        : [];
    return [...open, ...last];
}

function stateOf(index, at, step) {
    if (index === at) {
        return step.isOutcome
            ? step.won
                ? 'slds-is-current slds-is-active slds-is-won'
                : 'slds-is-current slds-is-active slds-is-lost'
            : 'slds-is-current slds-is-active';
    }
    return index < at ? 'slds-is-complete' : 'slds-is-incomplete';
}

/** The sales path: stages as chevrons, with "Mark Stage as Complete". */
export default class Path extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    masterType = MASTER;
    values = [];
    current;
    busy = false;

    get fieldName() {
        return STAGE_FIELDS[this.objectApiName];
    }

    get stageField() {
        return this.fieldName && `${this.objectApiName}.${this.fieldName}`;
    }

    @wire(getPicklistValues, { recordTypeId: '$masterType', fieldApiName: '$stageField' })
    receiveValues({ data }) {
        this.values = data?.values ?? [];
    }

    @wire(getRecordUi, { recordId: '$recordId' })
    receive({ data }) {
        this.current = data && recordOf(data).record.fields[this.fieldName]?.value;
    }

    get raw() {
        return stepsOf(this.values, this.current);
    }

    get at() {
        return this.raw.findIndex((step) => step.value === this.current);
    }

    get steps() {
        const at = this.at;
        return this.raw.map((step, index) => ({
            key: step.value || 'closed',
            label: step.label,
            done: index < at,
            current: index === at ? 'step' : undefined,
            stepClass: `slds-path__item ${stateOf(index, at, step)}`
        }));
    }

    get hasSteps() {
        return this.raw.length > 0;
    }

    get following() {
        const next = this.raw[this.at + 1];
        return next && !next.isOutcome ? next : undefined;
    }

    async complete() {
        this.busy = true;
        try {
            await updateRecord({ fields: { Id: this.recordId, [this.fieldName]: this.following.value } });
            this.dispatchEvent(new ShowToastEvent({ title: 'Stage changed successfully.', variant: 'success' }));
        } catch (error) {
            this.dispatchEvent(
                new ShowToastEvent({ title: 'The stage was not changed', message: messageOf(error), variant: 'error' })
            );
        }
        this.busy = false;
    }
}
