import { LightningElement, api } from 'lwc';

/** All related lists of the record's layout, or the one that the page names. */
export default class RelatedLists extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    get lists() {
        const wanted = this.item.properties.relatedListApiName;
        return (this.page.relatedLists ?? []).filter((list) => !wanted || list.id === wanted);
    }

    get isEmpty() {
        return this.lists.length === 0;
    }
}
