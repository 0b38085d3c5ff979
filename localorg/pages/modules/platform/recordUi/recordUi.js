/** The host's own wire for whole records with their layouts; every standard part of a page shares one request. */
import { read } from 'platform/transport';
import { defineAdapter } from 'platform/wire';

export const getRecordUi = defineAdapter({
    ready: (config) => Boolean(config.recordId),
    load: ({ recordId }, fresh) =>
        read(
            'GET',
            `/ui-api/record-ui/${encodeURIComponent(recordId)}?layoutTypes=Compact,Full&modes=View`,
            undefined,
            { by: 'page', fresh }
        )
});

/** API name of the field that names a record: people have several name fields, the whole name is the last. */
export const nameFieldOf = (info) => info.nameFields[info.nameFields.length - 1];

/** Layout items of one layout type, section by section: [{heading, columns, useHeading, items: [{label, apiName}]}]. */
export function sectionsOf(recordUi, layoutType) {
    const record = Object.values(recordUi.records)[0];
    const layout = Object.values(recordUi.layouts[record.apiName] ?? {})[0]?.[layoutType]?.View;
    return (layout?.sections ?? []).map((section) => ({
        key: section.id,
        heading: section.heading,
        columns: section.columns,
        useHeading: section.useHeading,
        items: section.layoutRows
            .flatMap((row) => row.layoutItems)
            .map((item) => ({
                label: item.label,
                apiName: item.layoutComponents[0]?.apiName,
                parts: item.layoutComponents.map((part) => part.apiName)
            }))
    }));
}

/** The record and its object's info, as the parts of a page want them. */
export function recordOf(recordUi) {
    const record = Object.values(recordUi.records)[0];
    return { record, info: recordUi.objectInfos[record.apiName] };
}

/** The message of a refused request, in the words of the org. */
export function messageOf(error) {
    const body = [error?.body].flat()[0];
    return body?.message ?? 'Something went wrong. Reload the page to try again.';
}
