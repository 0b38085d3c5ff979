/** Resolves `namespace/name` imports: our stand-ins first, then the package's components, then base components. */
import fs from 'node:fs';
import path from 'node:path';
import { BASE_COMPONENTS, MODULES, PACKAGE, ROOT } from './places.mjs';

const ENGINE = path.join(ROOT, 'node_modules/@lwc/engine-dom/dist/index.js');
const EXTENSIONS = ['js', 'html', 'css'];

/** The bundle's entry file in `folder`, or undefined when there is none. */
function entryOf(folder, name) {
    return EXTENSIONS.map((extension) => path.join(folder, name, `${name}.${extension}`)).find((file) =>
        fs.existsSync(file)
    );
}

/** Names of the component bundles of the package, sorted. */
export function bundleNames() {
    const folder = path.join(PACKAGE, 'lwc');
    if (!fs.existsSync(folder)) {
        return [];
    }
    return fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entryOf(folder, entry.name))
        .map((entry) => entry.name)
        .sort();
}

/** Explicit names of the base components' own package.json (labels, gates, scoped values). */
function namedBaseModules() {
    const { lwc } = JSON.parse(fs.readFileSync(path.join(BASE_COMPONENTS, 'package.json'), 'utf8'));
    return new Map(
        lwc.modules
            .filter((module) => module.name)
            .map((module) => [module.name, path.join(BASE_COMPONENTS, module.path)])
    );
}

/**
 * Rollup plugin. The package.json of the base components is read once; the stock resolver reads its 110 KB for every
 * import, which is most of its time.
 */
export function resolveModules() {
    const named = namedBaseModules();
    return {
        name: 'lightning-modules',
        resolveId(id) {
            if (id === 'lwc') {
                return ENGINE;
            }
            const [, namespace, name] = /^([a-z]+)\/(\w+)$/i.exec(id) ?? [];
            if (namespace === 'c') {
                const entry = entryOf(path.join(PACKAGE, 'lwc'), name);
                // the compiler names a module after its folder (`lwc`) unless it is told otherwise
                return entry && `${entry}?specifier=c/${name}`;
            }
            const own = namespace && entryOf(path.join(MODULES, namespace), name);
            if (own) {
                return own;
            }
            if (named.has(id)) {
                return named.get(id);
            }
            return namespace === 'lightning' ? entryOf(path.join(BASE_COMPONENTS, 'src/lightning'), name) : undefined;
        }
    };
}

/**
 * Rollup plugin: `virtual:components` maps each bundle's name to a function that loads it, so that a page fetches only
 * the components it shows.
 */
export function customComponents() {
    const id = '\0virtual:components';
    return {
        name: 'custom-components',
        resolveId: (source) => (source === 'virtual:components' ? id : undefined),
        load(source) {
            if (source !== id) {
                return undefined;
            }
            const lines = placeableNames().map((name) => `    ${JSON.stringify(name)}: () => import('c/${name}')`);
            return `export default {\n${lines.join(',\n')}\n};`;
        }
    };
}

/** Bundles that an admin may put on a page: their `js-meta.xml` says `isExposed`. */
function placeableNames() {
    return bundleNames().filter((name) => {
        const meta = path.join(PACKAGE, 'lwc', name, `${name}.js-meta.xml`);
        return fs.existsSync(meta) && /<isExposed>\s*true\s*<\/isExposed>/.test(fs.readFileSync(meta, 'utf8'));
    });
}
