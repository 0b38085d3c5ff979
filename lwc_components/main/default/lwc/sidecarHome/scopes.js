/**
 * Whose numbers are shown: one's own, one's team's, everybody's, or one rep's. Which there are is what the org lets the user see.
 */
import { fill } from 'c/sidecarFormat';
import * as label from './labels';

const ORDER = ['Rep', 'Team', 'Org'];
const ALL = { Sidecar_Segment__c: { eq: 'All' } };
const OPEN = { Sidecar_Is_Open__c: { eq: true } };

/** People's actions: a manager's team is who reports to the manager, and the manager. */
function assignedTo(scope, repId) {
    const own = { Sidecar_Assignee__c: { eq: repId } };
    if (scope === 'Org') {
        return OPEN;
    }
    return {
        and: [OPEN, scope === 'Team' ? { or: [own, { Sidecar_Assignee__r: { ManagerId: { eq: repId } } }] } : own]
    };
}

/**
 * @param {string} userId who looks
 * @param {object|undefined} choice one of the options; nothing on the first visit: one's own, else one's team's, else everybody's
 * @returns {object} variables of the query
 */
export function variablesOf(userId, choice) {
    if (choice) {
        return { rows: { Id: { eq: choice.id } }, actions: assignedTo(choice.scope, choice.repId) };
    }
    const mine = { or: [{ Sidecar_Rep__c: { eq: userId } }, { Sidecar_Scope__c: { eq: 'Org' } }] };
    return { rows: { and: [ALL, mine] }, actions: assignedTo('Rep', userId) };
}

/**
 * @param {object[]} rows as `answerOf` gives them, the latest quarter first
 * @returns {object|undefined} the row to show: of the latest quarter, the nearest to the user
 */
export function nearestOf(rows) {
    const latest = rows.filter(({ start }) => start === rows[0].start);
    return latest.sort((a, b) => ORDER.indexOf(a.scope) - ORDER.indexOf(b.scope))[0];
}

function nameOf({ scope, repId, name }, userId) {
    const isMine = repId === userId;
    if (scope === 'Org') {
        return label.WHOSE_ALL;
    }
    if (scope === 'Team') {
        return isMine ? label.WHOSE_MY_TEAM : fill(label.WHOSE_TEAM, name || label.WHOSE_UNNAMED);
    }
    return isMine ? label.WHOSE_MINE : name || label.WHOSE_UNNAMED;
}

/** First what is one's own, then teams, everybody, and each rep. */
function rankOf({ scope, repId }, userId) {
    return repId === userId ? ORDER.indexOf(scope) - ORDER.length : { Team: 0, Org: 1, Rep: 2 }[scope];
}

/**
 * @param {object[]} choices as `answerOf` gives them
 * @param {string} userId who looks
 * @returns {object[]} the options of the latest quarter: value and label for the list, and the choice's id, scope and repId
 */
export function optionsOf(choices, userId) {
    return choices
        .filter(({ start, scope }) => start === choices[0].start && ORDER.includes(scope))
        .map((choice) => ({ ...choice, value: choice.id, label: nameOf(choice, userId), rank: rankOf(choice, userId) }))
        .sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label));
}
