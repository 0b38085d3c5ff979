import SidecarQueryPanel from 'c/sidecarQueryPanel';
import { LIKELY, OPEN_DEALS, dealsOf } from 'c/sidecarDealQuery';
import { fill, formatNumber } from 'c/sidecarFormat';
import * as label from './labels';

const SHOWN = 5;

/** Of the deals that will probably be won this quarter those that weigh most; the list view has all. */
export default class SidecarLikelyDeals extends SidecarQueryPanel {
    label = label;
    query = OPEN_DEALS;

    get variables() {
        return { where: LIKELY, first: SHOWN };
    }

    viewOf(data) {
        const { deals, count } = dealsOf(data);
        const empty = { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:opportunity' };
        return deals.length ? { isScored: true, deals, count } : { empty };
    }

    get title() {
        return this.isScored ? fill(label.TITLE_COUNT, formatNumber(this.view.count)) : label.TITLE;
    }
}
