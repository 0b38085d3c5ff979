import { LightningElement, api, wire } from 'lwc';
import { getObjectInfo, getPicklistValuesByRecordType } from 'lightning/uiObjectInfoApi';
import { updateRecord } from 'lightning/uiRecordApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { reduceErrors } from 'c/sidecarErrors';
import { fill } from 'c/sidecarFormat';
import * as label from './labels';

const OBJECT = 'Opportunity';

/**
 * Stands on the page even with nothing to show: what it tells of a saved value has to come from the page.
 * Asks for nothing until somebody wants to fill something in; only then for what they may change, and for picklists.
 */
export default class SidecarMissingData extends LightningElement {
    label = label;
    isOpen = false;
    isSaving = false;
    failure = '';
    info;
    picklists;
    entered = {};
    takesFocus = false;

    /** @type {string} the opportunity */
    @api recordId;
    /** @type {{field: string, name: string, kind: string}[]} as `missingOf` makes them */
    @api missing = [];

    get askedObject() {
        return this.isOpen ? OBJECT : undefined;
    }

    get recordTypeId() {
        return this.inputs.some(({ isPicklist }) => isPicklist) ? this.info?.defaultRecordTypeId : undefined;
    }

    @wire(getObjectInfo, { objectApiName: '$askedObject' })
    receiveInfo({ data, error }) {
        this.info = data ?? this.info;
        this.failure = error ? this.explain(error) : this.failure;
    }

    @wire(getPicklistValuesByRecordType, { objectApiName: '$askedObject', recordTypeId: '$recordTypeId' })
    receivePicklists({ data, error }) {
        this.picklists = data?.picklistFieldValues ?? this.picklists;
        this.failure = error ? this.explain(error) : this.failure;
    }

    get hasMissing() {
        return this.missing.length > 0;
    }

    get text() {
        return fill(label.MISSING, this.missing.map(({ name }) => name).join(', '));
    }

    /** What can be filled in here at all. */
    get fillable() {
        return this.missing.filter(({ kind }) => kind);
    }

    get needsEditor() {
        return this.fillable.length < this.missing.length;
    }

    get inputs() {
        return this.fillable
            .filter(({ field }) => this.info?.fields[field]?.updateable)
            .map(({ field, name, kind }) => ({
                field,
                name,
                type: kind,
                isPicklist: kind === 'picklist',
                options: this.picklists?.[field]?.values ?? [],
                value: this.entered[field] ?? '',
                formatter: kind === 'number' ? 'currency' : undefined,
                step: kind === 'number' ? '0.01' : undefined
            }));
    }

    /** Field-level security decides: what somebody may not change is named, so that they can ask for it. */
    get locked() {
        const names = this.fillable
            .filter(({ field }) => this.info && !this.info.fields[field]?.updateable)
            .map(({ name }) => name);
        return names.length > 0 ? fill(label.LOCKED, names.join(', ')) : '';
    }

    get isWaiting() {
        return !this.info && !this.failure;
    }

    get cannotSave() {
        return this.isSaving || Object.values(this.entered).every((value) => value === '');
    }

    renderedCallback() {
        const first = this.takesFocus && this.template.querySelector('.input');
        if (first) {
            this.takesFocus = false;
            first.focus();
        }
    }

    explain(error) {
        return fill(label.FAILED, reduceErrors(error).join(' ') || label.UNKNOWN);
    }

    handleOpen() {
        this.isOpen = true;
        this.takesFocus = true;
    }

    handleEdit() {
        this.dispatchEvent(new CustomEvent('edit'));
    }

    handleChange(event) {
        this.entered = { ...this.entered, [event.currentTarget.dataset.field]: event.detail.value };
    }

    handleCancel() {
        this.isOpen = false;
        this.entered = {};
        this.failure = '';
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            event.stopPropagation();
            this.handleCancel();
        }
    }

    async handleSave() {
        const inputs = [...this.template.querySelectorAll('.input')];
        if (!inputs.every((input) => input.reportValidity())) {
            return;
        }
        this.isSaving = true;
        this.failure = '';
        try {
            await updateRecord({ fields: { Id: this.recordId, ...this.values() } });
            this.dispatchEvent(
                new ShowToastEvent({ title: label.SAVED, message: label.SAVED_NOTE, variant: 'success' })
            );
            this.handleCancel();
        } catch (error) {
            this.failure = this.explain(error);
        }
        this.isSaving = false;
    }

    /** Inputs give text; the platform takes numbers for amounts. */
    values() {
        const filled = this.inputs.filter(({ value }) => value !== '');
        return Object.fromEntries(
            filled.map(({ field, type, value }) => [field, type === 'number' ? Number(value) : value])
        );
    }
}
