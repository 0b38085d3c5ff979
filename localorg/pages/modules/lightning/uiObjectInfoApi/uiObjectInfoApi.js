/** Stand-in for `lightning/uiObjectInfoApi`. */
import { read } from 'platform/transport';
import { fieldName, objectName } from 'platform/values';
import { defineAdapter } from 'platform/wire';

const infoPath = (object) => `/ui-api/object-info/${encodeURIComponent(objectName(object))}`;

export const getObjectInfo = defineAdapter({
    ready: (config) => Boolean(objectName(config.objectApiName)),
    load: (config, fresh) => read('GET', infoPath(config.objectApiName), undefined, { fresh })
});

export const getObjectInfos = defineAdapter({
    ready: (config) => Boolean(config.objectApiNames?.length),
    load: ({ objectApiNames }, fresh) => {
        const names = objectApiNames.map((object) => encodeURIComponent(objectName(object)));
        return read('GET', `/ui-api/object-info/batch/${names.join(',')}`, undefined, { fresh });
    }
});

export const getPicklistValues = defineAdapter({
    ready: (config) => Boolean(config.recordTypeId && config.fieldApiName),
    load: (config, fresh) => {
        const [object, field] = fieldName(config.fieldApiName).split('.');
        return read('GET', `${infoPath(object)}/picklist-values/${config.recordTypeId}/${field}`, undefined, { fresh });
    }
});

export const getPicklistValuesByRecordType = defineAdapter({
    ready: (config) => Boolean(config.recordTypeId && objectName(config.objectApiName)),
    load: ({ objectApiName, recordTypeId }, fresh) =>
        read('GET', `${infoPath(objectApiName)}/picklist-values/${recordTypeId}`, undefined, { fresh })
});
