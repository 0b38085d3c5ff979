/** Stand-in for `lightning/uiRecordApi`, answered by the org's UI API. */
import { call, read } from 'platform/transport';
import { fieldList, fieldName, objectName } from 'platform/values';
import { defineAdapter, invalidate } from 'platform/wire';

function recordPath({ recordId, fields, optionalFields, layoutTypes, modes }) {
    const query = new URLSearchParams();
    const add = (name, values) => values.length && query.set(name, values.join(','));
    add('fields', fieldList(fields));
    add('optionalFields', fieldList(optionalFields));
    add('layoutTypes', [layoutTypes ?? []].flat());
    add('modes', [modes ?? []].flat());
    return `/ui-api/records/${encodeURIComponent(recordId)}?${query}`;
}

export const getRecord = defineAdapter({
    ready: (config) => Boolean(config.recordId && (config.fields || config.optionalFields || config.layoutTypes)),
    load: (config, fresh) => read('GET', recordPath(config), undefined, { fresh })
});

export const getRecords = defineAdapter({
    ready: (config) => Boolean(config.records?.length),
    load: async ({ records }, fresh) => {
        const groups = records.map(({ recordIds, fields, optionalFields }) => {
            const query = new URLSearchParams({
                fields: fieldList(fields).join(','),
                optionalFields: fieldList(optionalFields).join(',')
            });
            return read('GET', `/ui-api/records/batch/${recordIds.join(',')}?${query}`, undefined, { fresh });
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

export async function createRecord({ apiName, fields, ...options }) {
    return call('POST', '/ui-api/records', { apiName: objectName(apiName), fields, ...options });
}

export async function updateRecord({ fields, ...options }, clientOptions = {}) {
    const { Id, ...values } = fields;
    const record = await call('PATCH', `/ui-api/records/${encodeURIComponent(Id)}`, {
        fields: values,
        ...options,
        ...clientOptions
    });
    await invalidate([Id]);
    return record;
}

export async function deleteRecord(recordId) {
    await call('DELETE', `/ui-api/records/${encodeURIComponent(recordId)}`);
    await invalidate([recordId]);
}

export async function notifyRecordUpdateAvailable(items) {
    await invalidate(items.map((item) => item.recordId));
}
