import { LightningElement } from 'lwc';
import { context } from 'platform/context';

/** Initials for the avatar: first letters of the first and the last word. */
function initials(name) {
    const words = (name ?? '').trim().split(/\s+/).filter(Boolean);
    return [words[0], words.length > 1 ? words[words.length - 1] : '']
        .filter(Boolean)
        .map((word) => word[0].toUpperCase())
        .join('');
}

/** The bar at the very top: app mark, search and user. */
export default class GlobalHeader extends LightningElement {
    user = context.user;
    initials = initials(context.user.name);
    menuOpen = false;

    get markStyle() {
        const color = context.app.color;
        return /^#[0-9a-f]{6}$/i.test(color ?? '') ? `background-color: ${color}` : '';
    }

    get expanded() {
        return String(this.menuOpen);
    }

    toggleMenu() {
        this.menuOpen = !this.menuOpen;
    }

    closeOnEscape(event) {
        if (event.key === 'Escape') {
            this.menuOpen = false;
        }
    }

    closeWhenLeft(event) {
        if (!event.currentTarget.contains(event.relatedTarget)) {
            this.menuOpen = false;
        }
    }
}
