import { LightningElement, api } from 'lwc';

/** A titled section of fields in one or two columns, which can be folded away. */
export default class Section extends LightningElement {
    @api heading;
    @api collapsible = false;
    @api fields = [];
    @api columns = 2;
    isOpen = true;

    get icon() {
        return this.isOpen ? 'utility:chevrondown' : 'utility:chevronright';
    }

    get expanded() {
        return String(this.isOpen);
    }

    get gridClass() {
        return Number(this.columns) > 1 ? 'fields two' : 'fields';
    }

    toggle() {
        this.isOpen = !this.isOpen;
    }
}
