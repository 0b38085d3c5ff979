import SidecarRecordPanel from 'c/sidecarRecordPanel';
import { ALWAYS, FIELDS } from './fields';
import { healthView } from './healthView';
import * as label from './labels';

export default class SidecarHealthPanel extends SidecarRecordPanel {
    label = label;
    fields = ALWAYS;
    fieldsByName = FIELDS;
    viewOf = healthView;
}
