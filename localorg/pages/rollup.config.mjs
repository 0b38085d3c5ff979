/** Builds the pages: the package's components as they deploy, base components, and the host that shows them. */
import fs from 'node:fs';
import path from 'node:path';
import lwc from '@lwc/rollup-plugin';
import resolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import terser from '@rollup/plugin-terser';
import { cachedTransforms, dropNativeShadowStyles } from './bundler/cache.mjs';
import { customComponents, resolveModules } from './bundler/modules.mjs';
import { HOST, MODULES, OUT } from './bundler/places.mjs';
import { salesforceScoped } from './bundler/scoped.mjs';

const mode = process.env.NODE_ENV === 'development' ? 'development' : 'production';

/** An import nobody answers would leave a blank page; a base component's style remark is not ours to mend. */
function onwarn(warning, warn) {
    if (warning.code === 'UNRESOLVED_IMPORT') {
        throw new Error(`${warning.message}. The page host has no module of that name.`);
    }
    if (/node_modules/.test(warning.loc?.file ?? warning.id ?? warning.ids?.[0] ?? '')) {
        return;
    }
    warn(warning);
}

/** The document's own style sheet goes along with the scripts. */
function pageStyles() {
    return {
        name: 'page-styles',
        generateBundle() {
            this.emitFile({
                type: 'asset',
                fileName: 'page.css',
                source: fs.readFileSync(path.join(HOST, 'page.css'), 'utf8')
            });
        }
    };
}

/** Of the compiler's own resolving only relative imports are kept: it looks for a configuration beside each package. */
function relativeOnly(plugin) {
    const resolveId = plugin.resolveId;
    return {
        ...plugin,
        resolveId(id, importer) {
            return /^[./]/.test(id) ? resolveId.call(this, id, importer) : undefined;
        }
    };
}

const compiler = lwc({
    rootDir: MODULES,
    exclude: [/node_modules\/@lwc\//],
    apiVersion: 66,
    enableDynamicComponents: true,
    // without it comboboxes of base components stay blank
    enableSyntheticElementInternals: true,
    sourcemap: false
});

export default {
    input: path.join(HOST, 'main.js'),
    plugins: [
        pageStyles(),
        customComponents(),
        salesforceScoped(),
        resolveModules(),
        dropNativeShadowStyles(),
        // before the compiler, which inlines conditions on them
        replace({
            preventAssignment: true,
            values: { 'process.env.NODE_ENV': JSON.stringify(mode), 'import.meta.env.SSR': 'false' }
        }),
        cachedTransforms(relativeOnly(compiler), mode),
        resolve(),
        // names only: squeezing more out would double the time of a build
        mode === 'production' && terser({ maxWorkers: 2, compress: false })
    ],
    output: {
        dir: OUT,
        format: 'esm',
        chunkFileNames: 'chunk-[name]-[hash].js',
        entryFileNames: 'main.js',
        minifyInternalExports: true
    },
    onwarn
};
