import { LightningElement, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { registerRefreshHandler, unregisterRefreshHandler } from 'lightning/refresh';
import { askAgain, isHiddenFromUser } from 'c/sidecarErrors';
import { fill, formatNumber } from 'c/sidecarFormat';
import USER_ID from '@salesforce/user/Id';
import { HOME, answerOf } from './query';
import { homeView } from './homeView';
import { variablesOf } from './scopes';
import * as label from './labels';

/** A seller's home: asks once for the whole page and hands the parts on. */
export default class SidecarHome extends LightningElement {
    label = label;
    userId = USER_ID;

    view;
    errors;
    refresh;
    refreshing;
    choice;
    variables = variablesOf(USER_ID);

    connectedCallback() {
        this.refreshing = registerRefreshHandler(this, () => this.refresh?.());
    }

    disconnectedCallback() {
        unregisterRefreshHandler(this.refreshing);
    }

    @wire(graphql, { query: HOME, variables: '$variables' })
    receive({ data, errors, refresh }) {
        this.refresh = refresh ?? this.refresh;
        if (errors?.length) {
            const isHidden = isHiddenFromUser(errors);
            this.errors = isHidden ? undefined : errors;
            this.view = isHidden ? { isHidden } : undefined;
        } else if (data) {
            this.view = homeView(answerOf(data), USER_ID, Date.now());
            this.errors = undefined;
        }
    }

    /** Who may not see the numbers has none to ask for. */
    get canAsk() {
        return Boolean(this.view && !this.view.isHidden);
    }

    get isReady() {
        return Boolean(this.view?.isReady);
    }

    get title() {
        return this.view?.title ?? label.TITLE;
    }

    /** Until somebody else's numbers are chosen, the actions are the reader's own. */
    get isMine() {
        const { scope, repId } = this.choice ?? { scope: 'Rep', repId: USER_ID };
        return scope === 'Rep' && repId === USER_ID;
    }

    get dayTitle() {
        return this.isMine ? label.MY_DAY : label.THEIR_DAY;
    }

    get more() {
        const { actions, actionCount } = this.view;
        const isCut = actionCount > actions.length;
        return isCut ? fill(label.FIRST_ACTIONS, formatNumber(actions.length), formatNumber(actionCount)) : '';
    }

    /** That one's own actions are one's own needs no saying. */
    get actions() {
        const { actions } = this.view;
        return this.isMine ? actions.map((action) => ({ ...action, assignee: '' })) : actions;
    }

    get hasActions() {
        return this.view.actions.length > 0;
    }

    get hasOptions() {
        return this.isReady && this.view.options.length > 0;
    }

    get noActions() {
        return this.isMine ? label.NO_ACTIONS : label.NO_ACTIONS_THEIRS;
    }

    handleChoice(event) {
        this.choice = this.view.options.find(({ value }) => value === event.detail.value);
        this.variables = variablesOf(USER_ID, this.choice);
    }

    handleGuide() {
        this.refs.guide.open();
    }

    handleRetry() {
        return askAgain(this, 'view');
    }
}
