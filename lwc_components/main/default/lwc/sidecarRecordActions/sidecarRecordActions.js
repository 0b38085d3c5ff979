import SidecarQueryPanel from 'c/sidecarQueryPanel';
import { ACTIONS } from './query';
import { actionsView } from './actionsView';
import TITLE from '@salesforce/label/c.Sidecar_Actions_Title';

export default class SidecarRecordActions extends SidecarQueryPanel {
    title = TITLE;
    query = ACTIONS;

    /** The list stays when its last action was dealt with: that can be undone there. */
    viewOf(data) {
        const view = actionsView(data, this.recordId);
        return view.empty && this.isScored ? { isScored: true, actions: [] } : view;
    }
}
