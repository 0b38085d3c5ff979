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

    get title() {
        return this.view?.title ?? label.TITLE;
    }
}
