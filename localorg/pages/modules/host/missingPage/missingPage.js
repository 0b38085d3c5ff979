import { LightningElement } from 'lwc';

/** What Lightning Experience shows when an address leads to no record. */
export default class MissingPage extends LightningElement {}
