import { LightningElement, api } from 'lwc';

const ICONS = { info: 'utility:info', warning: 'utility:warning', error: 'utility:error' };
const ICON_VARIANTS = { warning: 'warning', error: 'error' };

export default class SidecarNotice extends LightningElement {
    /** @type {'info'|'warning'|'error'} how urgent the message is */
    @api variant = 'info';
    /** @type {string} the message; more can be given in the slot */
    @api message = '';

    get kind() {
        return ICONS[this.variant] ? this.variant : 'info';
    }

    get boxClass() {
        return `notice notice_${this.kind}`;
    }

    get iconName() {
        return ICONS[this.kind];
    }

    get iconVariant() {
        return ICON_VARIANTS[this.kind];
    }
}
