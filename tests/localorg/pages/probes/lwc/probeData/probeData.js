import { LightningElement, api, wire } from 'lwc';
import { executeMutation, gql } from 'lightning/graphql';
import { getObjectInfos, getPicklistValuesByRecordType } from 'lightning/uiObjectInfoApi';
import {
    createRecordInputFilteredByEditedFields,
    generateRecordInputForCreate,
    generateRecordInputForUpdate,
    getFieldValue,
    getRecord,
    getRecordCreateDefaults,
    getRecordNotifyChange,
    getRecordUi,
    updateRecord
} from 'lightning/uiRecordApi';
import {
    getRelatedListCount,
    getRelatedListInfo,
    getRelatedListInfoBatch,
    getRelatedListRecords,
    getRelatedListRecordsBatch,
    getRelatedListsInfo
} from 'lightning/uiRelatedListApi';

const RENAME = gql`
    mutation rename($input: ContactUpdateInput!) {
        uiapi {
            ContactUpdate(input: $input) {
                Record {
                    Id
                    LastName {
                        value
                    }
                }
            }
        }
    }
`;

/** Uses the stand-ins for lists, metadata and mutations, and writes down what it got. */
export default class ProbeData extends LightningElement {
    @api recordId;
    said = '';

    @wire(getRecord, { recordId: '$recordId', fields: ['Contact.LastName', 'Contact.AccountId'] })
    contact;

    @wire(getRelatedListRecords, {
        parentRecordId: '$accountId',
        relatedListId: 'Contacts',
        fields: ['Contact.LastName'],
        sortBy: ['Contact.LastName'],
        where: '{ LastName: { like: "Lars%" } }'
    })
    related;

    @wire(getRelatedListCount, { parentRecordId: '$accountId', relatedListId: 'Contacts' })
    count;

    @wire(getRelatedListRecordsBatch, { parentRecordId: '$accountId', relatedListParameters: '$wanted' })
    several;

    @wire(getRelatedListInfo, { parentObjectApiName: 'Account', relatedListId: 'Contacts' })
    info;

    @wire(getRelatedListInfoBatch, { parentObjectApiName: 'Account', relatedListNames: ['Contacts', 'Opportunities'] })
    infos;

    @wire(getRelatedListsInfo, { parentObjectApiName: 'Account' })
    lists;

    @wire(getObjectInfos, { objectApiNames: ['Contact', 'Nope__c'] })
    objects;

    @wire(getPicklistValuesByRecordType, { objectApiName: 'Contact', recordTypeId: '012000000000000AAA' })
    picklists;

    @wire(getRecordUi, { recordIds: '$recordId', layoutTypes: 'Full', modes: 'Edit' })
    ui;

    @wire(getRecordCreateDefaults, { objectApiName: 'Contact' })
    defaults;

    wanted = [{ relatedListId: 'Contacts', fields: ['Contact.LastName'], pageSize: 1 }, { relatedListId: 'Nope' }];

    get accountId() {
        return getFieldValue(this.contact.data, 'Contact.AccountId');
    }

    get report() {
        const names = (page) => page?.records.map((record) => record.fields.LastName.value);
        return JSON.stringify({
            related: names(this.related.data),
            count: this.count.data?.count,
            several: this.several.data?.results.map((each) => each.statusCode),
            page: names(this.several.data?.results[0].result),
            columns: this.info.data?.displayColumns[0].fieldApiName,
            infos: this.infos.data?.results.map((each) => each.result.objectApiNames[0]),
            objects: this.objects.data?.results.map((each) => each.statusCode),
            picklists: Boolean(this.picklists.data?.picklistFieldValues.Salutation),
            mode: this.ui.data && Object.keys(this.ui.data.layouts.Contact['012000000000000AAA'].Full)[0],
            owner: this.defaults.data && Boolean(this.defaults.data.record.fields.OwnerId.value)
        });
    }

    async mutate() {
        const input = { Id: this.recordId, Contact: { LastName: 'Mutated' } };
        const { data, errors } = await executeMutation({ query: RENAME, variables: { input } });
        this.said = errors ? errors[0].message : data.uiapi.ContactUpdate.Record.LastName.value;
    }

    async refused() {
        const input = { Id: this.recordId, Contact: { LastName: 'x'.repeat(200) } };
        const { errors } = await executeMutation({ query: RENAME, variables: { input } });
        this.said = errors[0].extensions.ErrorType;
    }

    async collide() {
        try {
            const ifUnmodifiedSince = 'Mon, 01 Jan 2001 00:00:00 GMT';
            await updateRecord({ fields: { Id: this.recordId, LastName: 'Lost' } }, { ifUnmodifiedSince });
        } catch (error) {
            this.said = `${error.status} ${error.body.output.errors[0].errorCode}`;
        }
    }

    inputs() {
        const record = this.ui.data.records[this.recordId];
        const info = this.ui.data.objectInfos.Contact;
        const copy = generateRecordInputForCreate(record, info);
        const change = generateRecordInputForUpdate(record, info);
        change.fields.LastName = 'Other';
        const edited = createRecordInputFilteredByEditedFields(change, record);
        this.said = JSON.stringify([copy.apiName, 'CreatedDate' in copy.fields, Object.keys(edited.fields).sort()]);
        getRecordNotifyChange([{ recordId: this.recordId }]);
    }
}
