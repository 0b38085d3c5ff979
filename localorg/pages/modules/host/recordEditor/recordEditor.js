import { LightningElement, api } from 'lwc';
import { updateRecord } from 'lightning/uiRecordApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { call } from 'platform/transport';
import { messageOf, nameFieldOf, recordOf, sectionsOf } from 'platform/recordUi';

const MASTER = '012000000000000AAA';
const INPUT_TYPES = {
    Boolean: 'checkbox',
    Currency: 'number',
    Date: 'date',
    Double: 'number',
    Email: 'email',
    Int: 'number',
    Percent: 'number',
    Phone: 'tel',
    Url: 'url'
};
const FORMATTERS = { Currency: 'currency', Percent: 'percent-fixed' };

function controlOf(item, record, info, picklists) {
    const field = info.fields[item.apiName];
    const value = record.fields[item.apiName]?.value ?? null;
    const options = picklists[item.apiName]?.values.map(({ label, value: key }) => ({ label, value: key }));
    const isPicklist = field.dataType === 'Picklist';
    return {
        ...item,
        value: value ?? (isPicklist ? '' : value),
        required: field.required,
        isPicklist,
        isText: field.dataType === 'TextArea',
        isInput: !isPicklist && field.dataType !== 'TextArea',
        options: isPicklist ? [{ label: '--None--', value: '' }, ...(options ?? [])] : undefined,
        type: INPUT_TYPES[field.dataType] ?? 'text',
        checked: value === true,
        formatter: FORMATTERS[field.dataType],
        step: field.scale ? String(10 ** -field.scale) : undefined,
        maxLength: field.dataType === 'String' || field.dataType === 'TextArea' ? field.length : undefined
    };
}

function editable(info) {
    const refused = ['Reference', 'DateTime', 'MultiPicklist', 'Address', 'Location'];
    return (item) =>
        item.parts.length === 1 &&
        info.fields[item.apiName]?.updateable &&
        !refused.includes(info.fields[item.apiName].dataType);
}

/** The Edit window of a record: what the layout shows and the user may change, apart from lookups. */
export default class RecordEditor extends LightningElement {
    @api recordUi;
    @api label;

    isOpen = false;
    saving = false;
    controls = [];
    problems = [];
    changes = {};

    get title() {
        const { record, info } = recordOf(this.recordUi);
        return `Edit ${record.fields[nameFieldOf(info)]?.value ?? this.label}`;
    }

    @api
    async open() {
        const { record, info } = recordOf(this.recordUi);
        this.changes = {};
        this.problems = [];
        const { picklistFieldValues } = await call(
            'GET',
            `/ui-api/object-info/${record.apiName}/picklist-values/${MASTER}`,
            undefined,
            'page'
        );
        this.controls = sectionsOf(this.recordUi, 'Full')
            .flatMap((section) => section.items)
            .filter(editable(info))
            .map((item) => controlOf(item, record, info, picklistFieldValues));
        this.isOpen = true;
    }

    close() {
        this.isOpen = false;
    }

    closeOnEscape(event) {
        if (event.key === 'Escape') {
            this.close();
        }
    }

    change(event) {
        const { field } = event.target.dataset;
        const { detail, target } = event;
        const value = target.type === 'checkbox' ? detail.checked : detail.value;
        this.changes[field] =
            value === '' || value === undefined ? null : target.type === 'number' ? Number(value) : value;
    }

    async save() {
        const { record } = recordOf(this.recordUi);
        const name = this.title.replace(/^Edit /, '');
        this.saving = true;
        try {
            await updateRecord({ fields: { Id: record.id, ...this.changes } });
            this.close();
            this.dispatchEvent(new ShowToastEvent({ title: `${this.label} "${name}" was saved.`, variant: 'success' }));
        } catch (error) {
            this.problems = this.problemsOf(error);
        }
        this.saving = false;
    }

    problemsOf(error) {
        const { errors = [], fieldErrors = {} } = error.body?.output ?? {};
        const all = [...errors, ...Object.values(fieldErrors).flat()].map((problem) => problem.message);
        return all.length ? all : [messageOf(error)];
    }

    renderedCallback() {
        if (this.isOpen && !this.focused) {
            this.focused = true;
            this.refs.window?.focus();
        }
        this.focused = this.isOpen;
    }
}
