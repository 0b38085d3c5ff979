/** Stand-in for `lightning/platformShowToastEvent`; the page's toast area listens for it. */
export const SHOW_TOAST = 'lightning__showtoast';

export class ShowToastEvent extends CustomEvent {
    constructor(detail) {
        super(SHOW_TOAST, { bubbles: true, cancelable: true, composed: true, detail });
    }
}
