import { api } from 'lwc';
import SidecarRecordLink from 'c/sidecarRecordLink';

/** A link to a list view of an object, in place of one to a record. */
export default class SidecarListLink extends SidecarRecordLink {
    /** @type {string} API name of the list view */
    @api listName;

    get page() {
        return {
            type: 'standard__objectPage',
            attributes: { objectApiName: this.objectApiName, actionName: 'list' },
            state: { filterName: this.listName }
        };
    }
}
