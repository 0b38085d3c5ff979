/**
 * What is said of a request while it waits and when it was answered: pure functions.
 */
import { textOf } from 'c/sidecarDetail';
import { fill, formatTime } from 'c/sidecarFormat';
import * as label from './labels';

/** By kind, as the picklist of `Sidecar_Kind__c` names them: what the button does, for screen readers. */
export const NAMES = {
    'Recalculate account': label.ACCOUNT,
    'Recalculate opportunity': label.DEAL,
    'Recalculate all of mine': label.MINE
};
const ANSWERS = {
    Done: { words: label.DONE, icon: 'utility:success', tone: 'good' },
    Refused: { words: label.REFUSED, icon: 'utility:warning', tone: 'bad' },
    Failed: { words: label.FAILED, icon: 'utility:error', tone: 'bad' }
};

/** @returns {boolean} whether nothing more becomes of a request with this status */
export function isAnswered(status) {
    return status in ANSWERS;
}

function waiting(words, askedAt) {
    return { text: fill(words, formatTime(askedAt)), icon: 'utility:clock', statusClass: 'status' };
}

function answered({ status, response, finishedAt }) {
    const { words, icon, tone } = ANSWERS[status];
    const text = [fill(words, formatTime(finishedAt)), textOf(response)].filter(Boolean).join(' ');
    return { text, icon, statusClass: `status status_${tone}` };
}

/**
 * @param {object} request failure (why it could not be made), isSending, isLate, askedAt and finishedAt (ISO moments), status and response
 * @returns {object|null} text, icon and statusClass; null before anything was asked
 */
export function requestView(request) {
    const { failure, isSending, isLate, askedAt, status } = request;
    if (failure) {
        return { text: fill(label.NOT_SENT, failure), icon: 'utility:error', statusClass: 'status status_bad' };
    }
    if (isSending) {
        return { text: label.SENDING, icon: 'utility:clock', statusClass: 'status' };
    }
    if (!askedAt) {
        return null;
    }
    if (isAnswered(status)) {
        return answered(request);
    }
    if (isLate) {
        return waiting(label.LATE, askedAt);
    }
    return waiting(status === 'Working' ? label.WORKING : label.QUEUED, askedAt);
}
