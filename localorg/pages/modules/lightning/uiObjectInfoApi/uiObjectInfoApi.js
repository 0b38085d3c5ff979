/** Stand-in for `lightning/uiObjectInfoApi`. */
import { read } from 'platform/transport';
import { fieldName, objectName } from 'platform/values';
import { defineAdapter } from 'platform/wire';

const infoPath = (object) => `/ui-api/object-info/${encodeURIComponent(objectName(object))}`;

export const getObjectInfo = defineAdapter({
    ready: (config) => Boolean(objectName(config.objectApiName)),
    load: (config, fresh) => read('GET', infoPath(config.objectApiName), undefined, { fresh })
});

export const getPicklistValues = defineAdapter({
    ready: (config) => Boolean(config.recordTypeId && config.fieldApiName),
    load: (config, fresh) => {
        const [object, field] = fieldName(config.fieldApiName).split('.');
        return read('GET', `${infoPath(object)}/picklist-values/${config.recordTypeId}/${field}`, undefined, { fresh });
    }
});
