// Run before each test file: accessibility matchers, and the package's own label texts in place of label names.
const fs = require('node:fs');
const path = require('node:path');
const { registerSa11yMatcher } = require('@sa11y/jest');

const LABELS = path.join(__dirname, 'lwc_components/main/default/labels/CustomLabels.labels-meta.xml');
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };
const LABEL = /<fullName>(.*?)<\/fullName>[\s\S]*?<value>([\s\S]*?)<\/value>/g;

registerSa11yMatcher();

for (const [, name, value] of fs.readFileSync(LABELS, 'utf8').matchAll(LABEL)) {
    const text = value.replace(/&(amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity]);
    jest.doMock(`@salesforce/label/c.${name}`, () => ({ __esModule: true, default: text }), { virtual: true });
}

// A component that complains to the console has a fault that a test should show. jsdom can't read container queries: browsers can.
const NOT_OURS = /Could not parse CSS stylesheet/;
let complaints;

function note(...parts) {
    const complaint = parts.join(' ');
    if (!NOT_OURS.test(complaint)) {
        complaints.push(complaint);
    }
}

beforeEach(() => {
    complaints = [];
    for (const level of ['error', 'warn']) {
        jest.spyOn(console, level).mockImplementation(note);
    }
});
afterEach(() => {
    expect(complaints).toEqual([]);
});
