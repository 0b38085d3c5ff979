/** Stand-in for `lightning/uiRecordApi`, answered by the org's UI API. */
import { call, read } from 'platform/transport';
import { fieldList, fieldName, objectName, queryOf } from 'platform/values';
import { defineAdapter, invalidate } from 'platform/wire';

const part = encodeURIComponent;

function recordPath({ recordId, fields, optionalFields, layoutTypes, modes }) {
    const query = queryOf({
        fields: fieldList(fields),
        optionalFields: fieldList(optionalFields),
        layoutTypes,
        modes
    });
    return `/ui-api/records/${part(recordId)}${query}`;
}

export const getRecord = defineAdapter({
    ready: (config) => Boolean(config.recordId && (config.fields || config.optionalFields || config.layoutTypes)),
    load: (config, fresh) => read('GET', recordPath(config), undefined, { fresh })
});

export const getRecords = defineAdapter({
    ready: (config) => Boolean(config.records?.length),
    load: async ({ records }, fresh) => {
        const groups = records.map(({ recordIds, fields, optionalFields }) => {
            const query = queryOf({ fields: fieldList(fields), optionalFields: fieldList(optionalFields) });
            return read('GET', `/ui-api/records/batch/${recordIds.join(',')}${query}`, undefined, { fresh });
        });
        const answers = await Promise.all(groups);
        return {
            hasErrors: answers.some((answer) => answer.hasErrors),
            results: answers.flatMap((answer) => answer.results)
        };
    }
});

/** The field's {value, displayValue} in a record, following parents: `Opportunity.Account.Name`. */
function walk(record, field) {
    const [last, ...parents] = fieldName(field).split('.').slice(1).reverse();
    const holder = parents.reverse().reduce((current, name) => current?.fields?.[name]?.value, record);
    return holder?.fields?.[last];
}

export const getFieldValue = (record, field) => walk(record, field)?.value;
export const getFieldDisplayValue = (record, field) => walk(record, field)?.displayValue;

/** The newer way is `getRecord`; a page of the platform still has it. */
export const getRecordUi = defineAdapter({
    ready: (config) => Boolean([config.recordIds ?? []].flat().length && config.layoutTypes && config.modes),
    load: ({ recordIds, layoutTypes, modes, optionalFields }, fresh) => {
        const query = queryOf({ layoutTypes, modes, optionalFields: fieldList(optionalFields) });
        return read('GET', `/ui-api/record-ui/${[recordIds].flat().join(',')}${query}`, undefined, { fresh });
    }
});

export const getRecordCreateDefaults = defineAdapter({
    ready: (config) => Boolean(objectName(config.objectApiName)),
    load: ({ objectApiName, formFactor, optionalFields }, fresh) => {
        const query = queryOf({ formFactor, optionalFields: fieldList(optionalFields) });
        const path = `/ui-api/record-defaults/create/${part(objectName(objectApiName))}`;
        return read('GET', path + query, undefined, { fresh });
    }
});

/** The fields of a record whose `flag` in the object's info is set, as values. */
function writable(record, objectInfo, flag) {
    const entries = Object.entries(record.fields).filter(([name]) => objectInfo?.fields[name]?.[flag] ?? !objectInfo);
    return Object.fromEntries(entries.map(([name, field]) => [name, field.value]));
}

/** Input for `createRecord` from a record: its createable fields. */
export function generateRecordInputForCreate(record, objectInfo) {
    return { apiName: record.apiName, fields: writable(record, objectInfo, 'createable') };
}

/** Input for `updateRecord` from a record: its updateable fields and its Id. */
export function generateRecordInputForUpdate(record, objectInfo) {
    return { fields: { ...writable(record, objectInfo, 'updateable'), Id: record.id } };
}

/** The input without the fields that are as they were in `originalRecord`. */
export function createRecordInputFilteredByEditedFields(recordInput, originalRecord) {
    const edited = Object.entries(recordInput.fields).filter(
        ([name, value]) => name === 'Id' || originalRecord.fields[name]?.value !== value
    );
    return { ...recordInput, fields: Object.fromEntries(edited) };
}

export async function createRecord({ apiName, fields, ...options }) {
    return call('POST', '/ui-api/records', { apiName: objectName(apiName), fields, ...options });
}

export async function updateRecord({ fields, ...options }, { ifUnmodifiedSince } = {}) {
    const { Id, ...values } = fields;
    const headers = ifUnmodifiedSince ? { 'If-Unmodified-Since': ifUnmodifiedSince } : {};
    const body = { fields: values, ...options };
    const record = await call('PATCH', `/ui-api/records/${part(Id)}`, body, 'component', headers);
    await invalidate([Id]);
    return record;
}

export async function deleteRecord(recordId) {
    await call('DELETE', `/ui-api/records/${part(recordId)}`);
    await invalidate([recordId]);
}

export async function notifyRecordUpdateAvailable(items) {
    await invalidate(items.map((item) => item.recordId));
}

/** The older name of `notifyRecordUpdateAvailable`; gives nothing to wait for. */
export function getRecordNotifyChange(items) {
    notifyRecordUpdateAvailable(items);
}
