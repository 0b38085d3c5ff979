import { LightningElement, api } from 'lwc';

/** Titles that App Builder keeps by name. */
const TITLES = {
    'Standard.Tab.activity': 'Activity',
    'Standard.Tab.collaborate': 'Chatter',
    'Standard.Tab.detail': 'Details',
    'Standard.Tab.news': 'News',
    'Standard.Tab.relatedLists': 'Related'
};

/** Tabs of a page; a tab's components are made when it is opened for the first time. */
export default class Tabset extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    get tabs() {
        return (this.item.facets.tabs ?? []).map((tab, index) => ({
            value: tab.id ?? `tab-${index}`,
            label: TITLES[tab.properties.title] ?? tab.properties.title,
            items: tab.facets.body ?? [],
            active: String(tab.properties.active) === 'true'
        }));
    }

    get activeTab() {
        return (this.tabs.find((tab) => tab.active) ?? this.tabs[0])?.value;
    }
}
