/** Stand-in for `lightning/uiRelatedListApi`. */
import { read } from 'platform/transport';
import { defineAdapter } from 'platform/wire';

function listPath({ parentRecordId, relatedListId, fields, optionalFields, pageSize, sortBy, pageToken }) {
    const query = new URLSearchParams();
    const add = (name, value) =>
        value !== undefined && value !== null && [value].flat().length && query.set(name, [value].flat().join(','));
    add('fields', fields);
    add('optionalFields', optionalFields);
    add('pageSize', pageSize);
    add('sortBy', sortBy);
    add('pageToken', pageToken);
    return `/ui-api/related-list-records/${encodeURIComponent(parentRecordId)}/${encodeURIComponent(relatedListId)}?${query}`;
}

export const getRelatedListRecords = defineAdapter({
    ready: (config) => Boolean(config.parentRecordId && config.relatedListId),
    load: (config, fresh) => read('GET', listPath(config), undefined, { fresh })
});

export const getRelatedListCount = defineAdapter({
    ready: (config) => Boolean(config.parentRecordId && config.relatedListId),
    load: (config, fresh) => {
        const { parentRecordId, relatedListId } = config;
        return read(
            'GET',
            `/ui-api/related-list-count/${encodeURIComponent(parentRecordId)}/${encodeURIComponent(relatedListId)}`,
            undefined,
            { fresh }
        );
    }
});
