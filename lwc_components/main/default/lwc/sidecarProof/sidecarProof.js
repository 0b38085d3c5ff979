import { LightningElement, api } from 'lwc';
import { proofView } from './proofView';
import * as label from './labels';

/** Least distance from the edges of the window, in pixels. */
const MARGIN = 8;

/** A button "How good is this?" that opens what the backtest says of a score. */
export default class SidecarProof extends LightningElement {
    label = label;
    isOpen = false;
    takesFocus = false;

    /**
     * The `proof` of a detail field, as it is; nothing or {} says that there is no proof yet. Of deals: kind (segment it is about,
     * "All" or nothing: every deal), n deals judged, won ones among them, since (day until which the judged model had learned), brier,
     * stage_rate_brier (of the stage's rate alone), ece (0 to 1). Of quarters: quarters, since (day), held (share that ended between
     * worst and best), error and stage_weighted_error (amounts). Of both: reliability, groups of deals by probability: predicted and
     * observed from 0 to 1, n deals. Of a churn risk: basis (words), renewals judged, lost ones among them, since (day), auc, brier,
     * usual_brier (of one risk for all), bands: band, n, predicted and observed from 0 to 1.
     * @type {object}
     */
    @api proof;
    /** @type {string} ISO code of its amounts; the user's currency when empty */
    @api currency;
    /** @type {string} what is judged, for screen readers, for instance "Win probability" */
    @api subject = '';

    get view() {
        return proofView(this.proof, this.currency);
    }

    get expanded() {
        return String(this.isOpen);
    }

    get name() {
        return this.subject ? `${label.ASK} ${this.subject}` : label.ASK;
    }

    renderedCallback() {
        if (this.isOpen && this.takesFocus) {
            this.takesFocus = false;
            this.stayInWindow();
            this.refs.close.focus();
        }
    }

    /** The popover begins where the button does, unless it would not fit into the window there. */
    stayInWindow() {
        const { popover } = this.refs;
        const { left, right } = popover.getBoundingClientRect();
        const shift = Math.min(0, document.documentElement.clientWidth - MARGIN - right);
        popover.style.left = `${Math.max(shift, MARGIN - left)}px`;
    }

    handleToggle() {
        this.isOpen = !this.isOpen;
        this.takesFocus = this.isOpen;
    }

    handleClose() {
        this.isOpen = false;
        this.refs.ask.focus();
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            event.stopPropagation();
            this.handleClose();
        }
    }
}
