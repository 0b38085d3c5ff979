/** Where the page host finds its sources; every path is relative to the repository's root. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const PACKAGE = path.resolve(ROOT, process.env.PAGES_PACKAGE ?? 'lwc_components/main/default');
export const HOST = path.join(ROOT, 'localorg/pages');
export const MODULES = path.join(HOST, 'modules');
export const BASE_COMPONENTS = path.join(ROOT, 'node_modules/lightning-base-components');
export const OUT = path.resolve(ROOT, process.env.PAGES_OUT ?? 'build/pages');
export const CACHE = path.resolve(ROOT, process.env.PAGES_CACHE ?? '.lwc-cache');
