import { LightningElement, api, wire } from 'lwc';
import { gql, graphql } from 'lightning/graphql';
import { CurrentPageReference, NavigationMixin } from 'lightning/navigation';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { RefreshEvent, registerRefreshHandler, unregisterRefreshHandler } from 'lightning/refresh';
import { graphql as olderGraphql, refreshGraphQL } from 'lightning/uiGraphQLApi';
import { getObjectInfo, getPicklistValues } from 'lightning/uiObjectInfoApi';
import {
    createRecord,
    deleteRecord,
    getFieldDisplayValue,
    getFieldValue,
    getRecord,
    getRecords,
    notifyRecordUpdateAvailable,
    updateRecord
} from 'lightning/uiRecordApi';
import TITLE from '@salesforce/label/c.Probe_Title';
import CONTACT from '@salesforce/schema/Contact';
import ACCOUNT_NAME from '@salesforce/schema/Contact.Account.Name';
import BIRTHDATE from '@salesforce/schema/Contact.Birthdate';
import LAST_NAME from '@salesforce/schema/Contact.LastName';
import SALUTATION from '@salesforce/schema/Contact.Salutation';
import CURRENCY from '@salesforce/i18n/currency';
import TIME_ZONE from '@salesforce/i18n/timeZone';
import USER_ID from '@salesforce/user/Id';

const QUERY = gql`
    query siblings($account: ID) {
        uiapi {
            query {
                Contact(where: { AccountId: { eq: $account } }, orderBy: { LastName: { order: ASC } }) {
                    edges {
                        node {
                            Id
                            LastName {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

/** Uses every stand-in of the page host and writes down what it got. */
export default class ProbeWires extends NavigationMixin(LightningElement) {
    @api recordId;
    @api objectApiName;
    @api greeting;
    said = '';
    nope = ['Contact.Nope__c'];

    @wire(getRecord, {
        recordId: '$recordId',
        fields: [LAST_NAME],
        optionalFields: [ACCOUNT_NAME, BIRTHDATE, 'Contact.AccountId', 'Contact.Nope__c']
    })
    contact;

    @wire(getRecord, { recordId: '$recordId', fields: '$nope' })
    refused;

    @wire(getObjectInfo, { objectApiName: CONTACT })
    info;

    @wire(getPicklistValues, { recordTypeId: '012000000000000AAA', fieldApiName: SALUTATION })
    salutations;

    @wire(graphql, { query: QUERY, variables: '$variables' })
    siblings;

    @wire(getRecords, { records: '$both' })
    several;

    @wire(CurrentPageReference)
    place;

    @wire(olderGraphql, { query: QUERY, variables: '$variables' })
    olderSiblings;

    connectedCallback() {
        this.handler = registerRefreshHandler(this, this.refreshed);
    }

    disconnectedCallback() {
        unregisterRefreshHandler(this.handler);
    }

    async refreshed() {
        this.said = 'asked to refresh';
    }

    get both() {
        return [{ recordIds: [this.recordId, '003000000000000AAA'], fields: [LAST_NAME] }];
    }

    get variables() {
        const account = getFieldValue(this.contact.data, 'Contact.AccountId');
        return account ? { account } : undefined;
    }

    get report() {
        const { data } = this.contact;
        return JSON.stringify({
            greeting: this.greeting,
            object: this.objectApiName,
            name: getFieldValue(data, LAST_NAME),
            account: getFieldValue(data, ACCOUNT_NAME),
            birthday: getFieldDisplayValue(data, BIRTHDATE),
            hidden: getFieldValue(data, 'Contact.Nope__c'),
            refused: this.refused.error,
            label: this.info.data?.label,
            salutations: this.salutations.data?.values.map((value) => value.value),
            siblings: this.siblings.data?.uiapi.query.Contact.edges.map((edge) => edge.node.LastName.value),
            several: this.several.data?.results.map((each) => each.statusCode),
            place: this.place?.attributes,
            older: this.olderSiblings.data?.uiapi.query.Contact.edges.length,
            title: TITLE,
            user: USER_ID,
            currency: CURRENCY,
            zone: TIME_ZONE
        });
    }

    async rename() {
        await updateRecord({ fields: { Id: this.recordId, LastName: 'Renamed' } });
        this.said = 'renamed';
    }

    async notice() {
        await notifyRecordUpdateAvailable([{ recordId: this.recordId }]);
    }

    async askAgain() {
        await refreshGraphQL(this.olderSiblings);
    }

    async overlong() {
        try {
            await updateRecord({ fields: { Id: this.recordId, LastName: 'x'.repeat(200) } });
        } catch (error) {
            this.said = JSON.stringify(error);
        }
    }

    async createAndDelete() {
        const made = await createRecord({ apiName: CONTACT.objectApiName, fields: { LastName: 'Passing' } });
        await deleteRecord(made.id);
        this.said = `deleted ${made.apiName}`;
    }

    scribble() {
        try {
            this.contact.data.fields.LastName.value = 'Scribbled';
            this.said = 'written';
        } catch (error) {
            this.said = error.constructor.name;
        }
    }

    toast() {
        const message = 'See {0} & {1}';
        const messageData = ['<b>this</b>', { url: '/lightning/page/home', label: 'home' }];
        this.dispatchEvent(
            new ShowToastEvent({ title: 'Saved', message, messageData, variant: 'success', mode: 'sticky' })
        );
    }

    refresh() {
        this.dispatchEvent(new RefreshEvent());
    }

    navigate() {
        this[NavigationMixin.Navigate]({
            type: 'standard__objectPage',
            attributes: { objectApiName: 'Contact', actionName: 'list' }
        });
    }
}
