import SidecarRecordPanel from 'c/sidecarRecordPanel';
import { fill, formatNumber, plural } from 'c/sidecarFormat';
import { ALWAYS, FIELDS } from './fields';
import { renewalView } from './renewalView';
import * as label from './labels';

const SHOWN = 4;

export default class SidecarRenewalCalendar extends SidecarRecordPanel {
    label = label;
    fields = ALWAYS;
    fieldsByName = FIELDS;
    viewOf = renewalView;

    showsAll = false;
    opened = new Set();

    get days() {
        const days = this.showsAll ? this.view.days : this.view.days.slice(0, SHOWN);
        return days.map((day) => {
            const isOpen = this.opened.has(day.key);
            return {
                ...day,
                isOpen,
                expanded: String(isOpen),
                chevron: isOpen ? 'utility:chevrondown' : 'utility:chevronright',
                soonClass: day.isSoon ? 'countdown countdown_soon' : 'countdown',
                summary: plural(day.products.length, label.PRODUCTS_ONE, label.PRODUCTS)
            };
        });
    }

    get hasToggle() {
        return this.view.days.length > SHOWN;
    }

    get toggleLabel() {
        return this.showsAll ? label.SHOW_FEWER : fill(label.SHOW_ALL, formatNumber(this.view.days.length));
    }

    handleToggle() {
        this.showsAll = !this.showsAll;
    }

    handleOpen(event) {
        const { day } = event.currentTarget.dataset;
        const opened = new Set(this.opened);
        if (!opened.delete(day)) {
            opened.add(day);
        }
        this.opened = opened;
    }
}
