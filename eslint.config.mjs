import { defineConfig } from 'eslint/config';
import salesforce from '@salesforce/eslint-config-lwc';
import slds from '@salesforce-ux/eslint-plugin-slds';

const COMPONENTS = 'lwc_components/main/default/lwc';
const BROWSER = [
    'document',
    'window',
    'location',
    'history',
    'fetch',
    'URL',
    'URLSearchParams',
    'CustomEvent',
    'customElements'
];
const NODE = ['process', 'console', 'Buffer'];
const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default defineConfig([
    { ignores: ['node_modules/**', '.venv/**', '.sidecar/**', '.lwc-cache/**', '**/build/**', 'coverage/**'] },
    { linterOptions: { reportUnusedDisableDirectives: 'error' } },
    // LWC rules are for components only: HTML and CSS are left to the SLDS plugin
    { files: [`${COMPONENTS}/**/*.js`], extends: [salesforce.configs.recommended] },
    {
        files: [`${COMPONENTS}/**/__tests__/**/*.js`],
        rules: { '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off' }
    },
    {
        files: ['localorg/pages/**/*.{js,mjs}'],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: 'module',
            globals: readonly([...BROWSER, ...NODE])
        },
        rules: {
            'no-undef': 'error',
            'no-unused-vars': 'error',
            'no-var': 'error',
            'prefer-const': 'error',
            eqeqeq: ['error', 'smart']
        }
    },
    ...slds.configs['flat/recommended'],
    {
        // sizes that have a styling hook must use it; a chart's own sizes have none
        files: [`${COMPONENTS}/**/*.css`],
        rules: { '@salesforce-ux/slds/no-hardcoded-values-slds2': ['warn', { reportNumericValue: 'hasReplacement' }] }
    }
]);
