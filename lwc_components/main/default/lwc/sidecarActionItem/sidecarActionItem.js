import { LightningElement, api } from 'lwc';
import { dayAt, fill, formatDayShort, formatMoney, formatMoneyShort, isNumber } from 'c/sidecarFormat';
import * as label from './labels';

const DAY_MS = 86_400_000;
const LONGEST_REASON = 255;
const PRIORITIES = {
    Critical: { word: label.CRITICAL, pillClass: 'pill pill_critical' },
    High: { word: label.HIGH, pillClass: 'pill pill_high' },
    Medium: { word: label.MEDIUM, pillClass: 'pill pill_medium' }
};
const OUTCOMES = { Completed: label.COMPLETED, Snoozed: label.SNOOZED, Dismissed: label.DISMISSED };
const SNOOZES = [
    { days: 1, text: label.SNOOZE_DAY },
    { days: 7, text: label.SNOOZE_WEEK },
    { days: 30, text: label.SNOOZE_MONTH }
];
const REASONS = [label.DISMISS_DONE, label.DISMISS_WRONG, label.DISMISS_MINOR].map((text) => ({
    label: text,
    value: text
}));

export default class SidecarActionItem extends LightningElement {
    label = label;
    reasons = REASONS;
    now = Date.now();

    isDismissing = false;
    reason = REASONS[0].value;
    words = '';
    /** Name of the element that gets the keyboard once it stands there: the one that had it is gone. */
    focusNext;

    /** As `actionOf` makes it, with the currency of its impact (empty: the user's); `status` where it was dealt with on this page. */
    @api action;
    /** @type {string} why the last write was refused */
    @api failure = '';
    /** @type {boolean} while it is being written */
    @api isBusy = false;

    get outcome() {
        return OUTCOMES[this.action.status] ?? '';
    }

    get priority() {
        return PRIORITIES[this.action.priority];
    }

    get worth() {
        return isNumber(this.action.impact) ? formatMoneyShort(this.action.impact, this.action.currency) : '';
    }

    get worthExactly() {
        return formatMoney(this.action.impact, this.action.currency);
    }

    get isOverdue() {
        return Boolean(this.action.dueDate) && this.action.dueDate < dayAt(this.now);
    }

    get due() {
        const { dueDate } = this.action;
        return dueDate ? fill(this.isOverdue ? label.OVERDUE : label.DUE, formatDayShort(dueDate)) : '';
    }

    get dueClass() {
        return this.isOverdue ? 'due due_over' : 'due';
    }

    get hasRecord() {
        return Boolean(this.action.recordId && this.action.recordName);
    }

    get failureText() {
        return this.failure ? fill(label.FAILED, this.failure) : '';
    }

    get snoozes() {
        return SNOOZES.map(({ days, text }) => {
            const day = dayAt(this.now + days * DAY_MS);
            return { day, text: fill(text, formatDayShort(day)) };
        });
    }

    renderedCallback() {
        const target = this.focusNext && this.refs[this.focusNext];
        if (target && !this.isBusy) {
            this.focusNext = undefined;
            target.focus();
        }
    }

    handleComplete() {
        this.decide({ status: 'Completed' });
    }

    handleSnooze(event) {
        this.decide({ status: 'Snoozed', until: event.detail.value });
    }

    handleUndo() {
        this.decide({ status: 'Open' }, 'complete');
    }

    handleDismiss() {
        this.isDismissing = true;
        this.focusNext = 'reasons';
    }

    handleReason(event) {
        this.reason = event.detail.value;
    }

    handleWords(event) {
        this.words = event.detail.value;
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            event.stopPropagation();
            this.handleCancel();
        }
    }

    handleCancel() {
        this.isDismissing = false;
        this.focusNext = 'dismiss';
    }

    handleConfirm() {
        const words = this.words.trim();
        const reason = [this.reason, words].filter(Boolean).join(': ').slice(0, LONGEST_REASON);
        this.isDismissing = false;
        this.decide({ status: 'Dismissed', reason });
    }

    decide(decision, focusNext = 'undo') {
        this.focusNext = focusNext;
        this.dispatchEvent(new CustomEvent('decide', { detail: { id: this.action.id, ...decision } }));
    }
}
