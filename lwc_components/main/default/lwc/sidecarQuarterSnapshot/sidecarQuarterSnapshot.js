import SidecarQueryPanel from 'c/sidecarQueryPanel';
import { QUARTER, accountOf } from './query';
import { quarterView } from './quarterView';
import * as label from './labels';

export default class SidecarQuarterSnapshot extends SidecarQueryPanel {
    label = label;
    query = QUARTER;

    viewOf(data, now) {
        return quarterView(accountOf(data), now);
    }

    /** One week is a point, which the bar shows better. */
    get hasCurve() {
        return this.view.weeks.length > 1;
    }

    get title() {
        return this.view?.title ?? label.TITLE;
    }
}
