/** What component tests share: mounting, looking through shadow roots, and records with some fields changed. */
import { createElement } from 'lwc';

/** The moment at which every test looks at the page; the time zone of tests is America/Los_Angeles. */
export const NOW = Date.parse('2026-11-22T15:00:00Z');

/** Creates a component with its public properties and puts it into the page. */
export function mount(tag, constructor, properties = {}) {
    const element = createElement(tag, { is: constructor });
    Object.assign(element, properties);
    document.body.appendChild(element);
    return element;
}

/** Takes everything off the page again. */
export function unmountAll() {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
}

/** Lets wires, renderings and promises finish: each turn waits for what the one before has started. */
export async function settle() {
    for (let turn = 0; turn < 5; turn++) {
        await Promise.resolve();
    }
}

function children(element) {
    return [...element.shadowRoot.querySelectorAll('*')].filter((child) => child.shadowRoot);
}

/** All elements below `element` that match, through every shadow root. */
export function findAll(element, selector) {
    return [
        ...element.shadowRoot.querySelectorAll(selector),
        ...children(element).flatMap((child) => findAll(child, selector))
    ];
}

/** The first element below `element` that matches, through every shadow root. */
export function find(element, selector) {
    return findAll(element, selector)[0] ?? null;
}

/** The text below `element` through every shadow root, each run of white space as one space. */
export function textOf(element) {
    const text = [element.shadowRoot.textContent, ...children(element).map(textOf)].join(' ');
    return text.replace(/\s+/g, ' ').trim();
}

/** A copy of a UI API record with some fields changed. */
export function withFields(record, changes) {
    const changed = Object.entries(changes).map(([name, value]) => [name, { displayValue: null, value }]);
    return { ...record, fields: { ...record.fields, ...Object.fromEntries(changed) } };
}

/** A copy of a UI API record as a user gets it who may see only the named fields. */
export function onlyFields(record, names) {
    return { ...record, fields: Object.fromEntries(names.map((name) => [name, record.fields[name]])) };
}
