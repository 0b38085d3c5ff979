import { LightningElement } from 'lwc';
import { SHOW_TOAST } from 'lightning/platformShowToastEvent';

const VARIANTS = ['info', 'success', 'warning', 'error'];
const LIFE_MS = 5000;
const STICKY_VARIANTS = ['error'];

/** `{0}` in a message stands for an entry of messageData: plain text, or {url, label}. */
function parts(message, data = []) {
    return String(message ?? '')
        .split(/(\{\d+\})/)
        .filter(Boolean)
        .map((piece, index) => {
            const entry = /^\{\d+\}$/.test(piece) ? data[Number(piece.slice(1, -1))] : undefined;
            const href = /^(https?:|\/(?!\/))/i.test(entry?.url ?? '') ? entry.url : undefined;
            return { key: index, href, text: entry?.label ?? entry ?? piece };
        });
}

/** Shows the toasts that components ask for with ShowToastEvent. */
export default class Toasts extends LightningElement {
    toasts = [];
    count = 0;

    connectedCallback() {
        this.listen = (event) => this.add(event.detail ?? {});
        window.addEventListener(SHOW_TOAST, this.listen);
    }

    disconnectedCallback() {
        window.removeEventListener(SHOW_TOAST, this.listen);
    }

    add({ title, message, messageData, variant, mode }) {
        const kind = VARIANTS.includes(variant) ? variant : 'info';
        const id = ++this.count;
        const toast = {
            id,
            title,
            parts: parts(message, messageData),
            kind,
            icon: `utility:${kind}`,
            toastClass: `slds-notify slds-notify_toast slds-theme_${kind}`
        };
        this.toasts = [...this.toasts, toast];
        const stays = mode === 'sticky' || (mode !== 'pester' && STICKY_VARIANTS.includes(kind));
        if (!stays) {
            setTimeout(() => this.remove(id), LIFE_MS);
        }
    }

    close(event) {
        this.remove(Number(event.currentTarget.dataset.id));
    }

    remove(id) {
        this.toasts = this.toasts.filter((toast) => toast.id !== id);
    }
}
