/** `@salesforce/*` modules: values that the platform puts into a component when it is compiled or loaded. */
import fs from 'node:fs';
import path from 'node:path';
import { PACKAGE } from './places.mjs';

const PREFIX = '\0salesforce:';
const CONTEXT = "import { context } from 'platform/context';\n";

/** Values that depend on who looks at the page; the page's context carries them. */
const FROM_CONTEXT = {
    'user/Id': 'context.user.id',
    'user/isGuest': 'false',
    'i18n/locale': 'context.locale',
    'i18n/lang': 'context.language',
    'i18n/currency': 'context.currency',
    'i18n/timeZone': 'context.timeZone',
    'i18n/dir': "'ltr'",
    'client/formFactor': "'Large'",
    'community/Id': "''",
    'community/basePath': "''"
};

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function text(xml) {
    return xml.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name) => {
        if (!name.startsWith('#')) {
            return ENTITIES[name] ?? whole;
        }
        return String.fromCodePoint(/^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10));
    });
}

/** The package's custom labels by name. */
function customLabels() {
    const folder = path.join(PACKAGE, 'labels');
    const files = fs.existsSync(folder)
        ? fs.readdirSync(folder).filter((file) => file.endsWith('.labels-meta.xml'))
        : [];
    const blocks = files.flatMap((file) => fs.readFileSync(path.join(folder, file), 'utf8').split('<labels>').slice(1));
    const inner = (block, tag) => text(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(block)?.[1] ?? '');
    return new Map(blocks.map((block) => [inner(block, 'fullName'), inner(block, 'value')]));
}

/** `Opportunity.Account.Name` as the object that components import from `@salesforce/schema`. */
function schemaReference(name) {
    const [objectApiName, ...field] = name.split('.');
    return field.length ? { fieldApiName: field.join('.'), objectApiName } : { objectApiName };
}

function labelValue(labels, name) {
    const key = name.replace(/^c\./, '');
    if (!labels.has(key)) {
        throw new Error(`Unknown custom label "${key}". Known: ${[...labels.keys()].sort().join(', ') || 'none'}.`);
    }
    return labels.get(key);
}

function source(labels, id) {
    const [kind, ...rest] = id.split('/');
    const name = rest.join('/');
    if (id in FROM_CONTEXT) {
        return `${CONTEXT}export default ${FROM_CONTEXT[id]};`;
    }
    switch (kind) {
        case 'schema':
            return `export default Object.freeze(${JSON.stringify(schemaReference(name))});`;
        case 'label':
            return `export default ${JSON.stringify(labelValue(labels, name))};`;
        case 'resourceUrl':
            return `export default ${JSON.stringify(`/resource/${encodeURIComponent(name)}`)};`;
        case 'customPermission':
        case 'userPermission':
            return `${CONTEXT}export default context.permissions.includes(${JSON.stringify(name)}) || undefined;`;
        default:
            throw new Error(`The page host has no "@salesforce/${id}".`);
    }
}

/** Rollup plugin. What it does not answer (base components' own labels, for one) falls through to the next resolver. */
export function salesforceScoped() {
    const labels = customLabels();
    const ours = /^@salesforce\/(schema\/|label\/c\.|user\/|resourceUrl\/|customPermission\/|userPermission\/|apex)/;
    return {
        name: 'salesforce-scoped',
        resolveId(id) {
            const name = id.replace(/^@salesforce\//, '');
            return ours.test(id) || (id !== name && name in FROM_CONTEXT) ? PREFIX + name : undefined;
        },
        load(id) {
            return id.startsWith(PREFIX) ? source(labels, id.slice(PREFIX.length)) : undefined;
        }
    };
}
