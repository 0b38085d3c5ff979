/**
 * The bytes of our own components: `node benchmarks/screens_bytes.mjs PAGE=name,name ...` prints {"PAGE": bytes} of each page's
 * components with all they import of ours, compiled as for an org, minified, as gzip. What the platform brings is not counted.
 */
import { gzipSync } from 'node:zlib';
import lwc from '@lwc/rollup-plugin';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';
import { MODULES } from '../localorg/pages/bundler/places.mjs';
import { resolveModules } from '../localorg/pages/bundler/modules.mjs';

const ENTRY = '\0entry';

/** Only ours is looked into: `c/name`, and files beside each other. */
function ours(names) {
    const { resolveId } = resolveModules();
    return {
        name: 'ours',
        resolveId(id) {
            if (id === ENTRY) {
                return id;
            }
            if (id.startsWith('c/')) {
                return resolveId(id);
            }
            return id.startsWith('.') ? undefined : { id, external: true };
        },
        load: (id) =>
            id === ENTRY ? names.map((name) => `export { default as ${name} } from 'c/${name}';`).join('\n') : undefined
    };
}

function compiler() {
    const plugin = lwc({ rootDir: MODULES, apiVersion: 66 });
    const { resolveId } = plugin;
    return {
        ...plugin,
        resolveId: (id, importer) => (id.startsWith('.') ? resolveId.call(plugin, id, importer) : undefined)
    };
}

async function bytesOf(names) {
    const bundle = await rollup({
        input: ENTRY,
        plugins: [ours(names), compiler(), terser({ maxWorkers: 1 })],
        onwarn: () => {}
    });
    const { output } = await bundle.generate({ format: 'esm', inlineDynamicImports: true });
    return gzipSync(output[0].code, { level: 9 }).length;
}

const found = {};
for (const argument of process.argv.slice(2)) {
    const [page, names] = argument.split('=');
    found[page] = await bytesOf(names.split(','));
}
console.log(JSON.stringify(found));
