/** The labels file and the components agree: every label that is imported exists, every label that exists is used. */
const fs = require('node:fs');
const path = require('node:path');

const PACKAGE = path.join(__dirname, '../../lwc_components/main/default');

function sources(folder) {
    return fs
        .readdirSync(folder, { recursive: true })
        .filter((file) => file.endsWith('.js') && !file.includes('__tests__'))
        .map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
}

function names(text, pattern) {
    return [...new Set([...text.matchAll(pattern)].map((match) => match[1]))].sort();
}

const xml = fs.readFileSync(path.join(PACKAGE, 'labels/CustomLabels.labels-meta.xml'), 'utf8');
const defined = names(xml, /<fullName>(.*?)<\/fullName>/g);
const imported = names(sources(path.join(PACKAGE, 'lwc')).join('\n'), /@salesforce\/label\/c\.(\w+)/g);

describe('custom labels', () => {
    it('are exactly those that the components import', () => {
        expect(defined).toEqual(imported);
    });

    it('have names that Salesforce takes', () => {
        for (const name of defined) {
            expect(name).toMatch(/^Sidecar_[A-Za-z0-9]+(_[A-Za-z0-9]+)*$/);
            expect(name.length).toBeLessThanOrEqual(40);
        }
    });

    it('number their placeholders from zero without a gap', () => {
        for (const [, value] of xml.matchAll(/<value>([\s\S]*?)<\/value>/g)) {
            const used = names(value, /\{(\d+)\}/g).map(Number);
            expect(used).toEqual(used.map((_, index) => index));
        }
    });
});
