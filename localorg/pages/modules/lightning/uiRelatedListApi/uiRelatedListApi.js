/** Stand-in for `lightning/uiRelatedListApi`, answered by the org's UI API. */
import { read } from 'platform/transport';
import { fieldList, objectName, queryOf } from 'platform/values';
import { defineAdapter } from 'platform/wire';

const part = encodeURIComponent;

/** What a list of records is asked for. */
const pageOf = ({ fields, optionalFields, pageSize, pageToken, sortBy, where }) => ({
    fields: fieldList(fields),
    optionalFields: fieldList(optionalFields),
    pageSize,
    pageToken,
    sortBy: fieldList(sortBy),
    where
});

export const getRelatedListRecords = defineAdapter({
    ready: (config) => Boolean(config.parentRecordId && config.relatedListId),
    load: ({ parentRecordId, relatedListId, ...page }, fresh) => {
        const path = `/ui-api/related-list-records/${part(parentRecordId)}/${part(relatedListId)}`;
        return read('GET', path + queryOf(pageOf(page)), undefined, { fresh });
    }
});

export const getRelatedListRecordsBatch = defineAdapter({
    ready: (config) => Boolean(config.parentRecordId && config.relatedListParameters?.length),
    load: ({ parentRecordId, relatedListParameters }, fresh) => {
        const lists = relatedListParameters.map(({ relatedListId, ...page }) => ({ relatedListId, ...pageOf(page) }));
        const path = `/ui-api/related-list-records/batch/${part(parentRecordId)}`;
        return read('POST', path, { relatedListParameters: lists }, { fresh });
    }
});

export const getRelatedListCount = defineAdapter({
    ready: (config) => Boolean(config.parentRecordId && config.relatedListId),
    load: ({ parentRecordId, relatedListId }, fresh) =>
        read('GET', `/ui-api/related-list-count/${part(parentRecordId)}/${part(relatedListId)}`, undefined, { fresh })
});

const infoPath = (parent) => `/ui-api/related-list-info/${part(objectName(parent))}`;

export const getRelatedListInfo = defineAdapter({
    ready: (config) => Boolean(objectName(config.parentObjectApiName) && config.relatedListId),
    load: ({ parentObjectApiName, relatedListId, fields, optionalFields }, fresh) => {
        const query = queryOf({ fields: fieldList(fields), optionalFields: fieldList(optionalFields) });
        return read('GET', `${infoPath(parentObjectApiName)}/${part(relatedListId)}${query}`, undefined, { fresh });
    }
});

export const getRelatedListInfoBatch = defineAdapter({
    ready: (config) => Boolean(objectName(config.parentObjectApiName) && config.relatedListNames?.length),
    load: ({ parentObjectApiName, relatedListNames }, fresh) => {
        const parent = part(objectName(parentObjectApiName));
        const names = relatedListNames.map(part).join(',');
        return read('GET', `/ui-api/related-list-info/batch/${parent}/${names}`, undefined, { fresh });
    }
});

export const getRelatedListsInfo = defineAdapter({
    ready: (config) => Boolean(objectName(config.parentObjectApiName)),
    load: ({ parentObjectApiName }, fresh) => read('GET', infoPath(parentObjectApiName), undefined, { fresh })
});
