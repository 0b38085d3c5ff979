/** A disk cache of compiled LWC modules: the base components compile once, not at every build. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { CACHE, ROOT } from './places.mjs';

/** The same plugin with its `transform` remembered under a key of compiler version, mode, file and text. */
export function cachedTransforms(plugin, mode) {
    fs.mkdirSync(CACHE, { recursive: true });
    const transform = plugin.transform;
    return {
        ...plugin,
        transform(code, id) {
            if (id.includes('\0')) {
                return transform.call(this, code, id);
            }
            const key = [plugin.version, mode, path.relative(ROOT, id), code].join('\0');
            const file = path.join(CACHE, crypto.createHash('sha256').update(key).digest('hex'));
            if (fs.existsSync(file)) {
                return JSON.parse(fs.readFileSync(file, 'utf8')) ?? undefined;
            }
            const result = transform.call(this, code, id);
            writeWhole(file, JSON.stringify(result ?? null));
            return result;
        }
    };
}

/** Two builds may run at once: a reader must never meet half a file. */
function writeWhole(file, content) {
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, content);
    fs.renameSync(draft, file);
}

/**
 * Base components carry a second set of styles for native shadow DOM. The page host uses synthetic shadow, as Lightning
 * Experience does, where those rules never match: leaving them out gives the same picture and two thirds of the time.
 */
export function dropNativeShadowStyles() {
    return {
        name: 'drop-native-shadow-styles',
        load: (id) =>
            /lightning-base-components\/.*\.(slds|lbc\.native|lbc\.resizereflow)\.css/.test(id)
                ? ':host([data-render-mode="none"]) { --unused: 0; }'
                : undefined
    };
}
