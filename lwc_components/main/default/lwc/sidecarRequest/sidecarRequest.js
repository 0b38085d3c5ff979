import { LightningElement, api, wire } from 'lwc';
import { createRecord, getFieldValue, getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import { RefreshEvent } from 'lightning/refresh';
import { reduceErrors } from 'c/sidecarErrors';
import STATUS from '@salesforce/schema/Sidecar_Request__c.Sidecar_Status__c';
import RESPONSE from '@salesforce/schema/Sidecar_Request__c.Sidecar_Response__c';
import FINISHED_AT from '@salesforce/schema/Sidecar_Request__c.Sidecar_Finished_At__c';
import { NAMES, isAnswered, requestView } from './requestView';
import * as label from './labels';

/** Time between two looks, and the number of looks after which nobody seems to work on it. */
const LOOK_EVERY_MS = 3000;
const LOOKS = 100;

/** Asks the sidecar for new numbers and tells what becomes of it. When it is done, the page is told to refresh. */
export default class SidecarRequest extends LightningElement {
    label = label;
    fields = [STATUS];
    optionalFields = [RESPONSE, FINISHED_AT];

    requestId;
    request = {};
    looks = 0;
    timer;

    /** @type {string} what is asked for, as the picklist of `Sidecar_Kind__c` names it */
    @api kind;
    /** @type {string} the record it is about; nothing where it is about the user */
    @api recordId;

    get name() {
        return NAMES[this.kind];
    }

    get view() {
        return requestView(this.request);
    }

    get isWaiting() {
        const { isSending, isLate, askedAt, status } = this.request;
        return Boolean(isSending || (askedAt && !isAnswered(status) && !isLate));
    }

    @wire(getRecord, { recordId: '$requestId', fields: '$fields', optionalFields: '$optionalFields' })
    receive({ data, error }) {
        if (error) {
            this.fail(error);
        } else if (data) {
            const [status, response, finishedAt] = [STATUS, RESPONSE, FINISHED_AT].map((field) =>
                getFieldValue(data, field)
            );
            const isNews = status === 'Done' && this.request.status !== status;
            this.request = { ...this.request, status, response, finishedAt };
            if (isNews) {
                this.dispatchEvent(new RefreshEvent());
            }
        }
    }

    disconnectedCallback() {
        clearTimeout(this.timer);
    }

    async handleAsk() {
        this.requestId = undefined;
        this.request = { isSending: true };
        this.looks = 0;
        try {
            const fields = { Sidecar_Kind__c: this.kind, Sidecar_Record_Id__c: this.recordId ?? null };
            const { id } = await createRecord({ apiName: 'Sidecar_Request__c', fields });
            this.request = { askedAt: new Date(Date.now()).toISOString(), status: 'New' };
            this.requestId = id;
            this.lookLater();
        } catch (error) {
            this.fail(error);
        }
    }

    fail(error) {
        clearTimeout(this.timer);
        this.request = { failure: reduceErrors(error).join(' ') || label.UNKNOWN };
    }

    lookLater() {
        // nothing tells a page that somebody else has changed a record: it has to look
        // eslint-disable-next-line @lwc/lwc/no-async-operation
        this.timer = setTimeout(() => this.look(), LOOK_EVERY_MS);
    }

    async look() {
        this.looks += 1;
        await notifyRecordUpdateAvailable([{ recordId: this.requestId }]);
        if (this.isWaiting && this.looks >= LOOKS) {
            this.request = { ...this.request, isLate: true };
        } else if (this.isWaiting && this.isConnected) {
            this.lookLater();
        }
    }
}
