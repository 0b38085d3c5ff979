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
    load: async (config, fresh) => {
        const answers = config.objectApiNames.map((name) => read('GET', infoPath(name), undefined, { fresh }));
        const results = (await Promise.all(answers)).map((result) => ({ statusCode: 200, result }));
        return { results };
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
    load: (config, fresh) =>
        read('GET', `${infoPath(config.objectApiName)}/picklist-values/${config.recordTypeId}`, undefined, { fresh })
});
