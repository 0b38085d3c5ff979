import { defineConfig } from 'eslint/config';
import salesforce from '@salesforce/eslint-config-lwc';
import slds from '@salesforce-ux/eslint-plugin-slds';

const COMPONENTS = 'lwc_components/main/default/lwc';
const PAGES = 'localorg/pages';
const BROWSER = [
    'document',
    'window',
    'location',
    'history',
    'fetch',
    'setTimeout',
    'clearTimeout',
    'requestAnimationFrame'
];
const BROWSER_CLASSES = ['URL', 'URLSearchParams', 'CustomEvent', 'Event', 'AbortController', 'customElements'];
const NODE = ['process', 'console', 'Buffer', 'URL'];
const readonly = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));
const inside = (folder, configs) =>
    configs.map((config) => ({ ...config, files: config.files.map((files) => `${folder}/${files}`) }));

export default defineConfig([
    { ignores: ['node_modules/**', '.venv/**', '.sidecar/**', '.lwc-cache/**', '**/build/**', 'coverage/**'] },
    { linterOptions: { reportUnusedDisableDirectives: 'error' } },
    // LWC rules are for components only: HTML and CSS are left to the SLDS plugin
    { files: [`${COMPONENTS}/**/*.js`], extends: [salesforce.configs.recommended] },
    {
        files: [`${COMPONENTS}/**/__tests__/**/*.js`],
        rules: { '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off' }
    },
    // the page host: Lightning components that stand for the platform's own, and the scripts that build it
    {
        files: [`${PAGES}/**/*.{js,mjs}`],
        rules: {
            'no-undef': 'error',
            'no-unused-vars': 'error',
            'no-var': 'error',
            'prefer-const': 'error',
            eqeqeq: ['error', 'smart']
        }
    },
    {
        files: [`${PAGES}/main.js`, `${PAGES}/modules/**/*.js`],
        extends: [salesforce.configs.base],
        languageOptions: { globals: readonly(...BROWSER, ...BROWSER_CLASSES) },
        // its wire adapters are its own
        rules: { '@lwc/lwc/no-unknown-wire-adapters': 'off' }
    },
    { files: [`${PAGES}/**/*.mjs`], languageOptions: { globals: readonly(...NODE) } },
    // what deploys to an org follows its design system; sizes that have a styling hook must use it, a chart's own have none
    ...inside('lwc_components', slds.configs['flat/recommended']),
    {
        files: [`${COMPONENTS}/**/*.css`],
        rules: { '@salesforce-ux/slds/no-hardcoded-values-slds2': ['warn', { reportNumericValue: 'hasReplacement' }] }
    }
]);
