// Builds out/: shell, preload and page by electron-vite; host, worker and command line by rolldown for Node 24.
// A stamp of the sources makes a second build return at once.   node scripts/build.mjs [--force]
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup/place.mjs';

const sources = [
  ...['src-contract', 'src-main', 'src-renderer', 'resources'],
  ...['electron.vite.config.ts', 'package.json', 'package-lock.json', 'scripts/build.mjs'],
];
/** Scripts that processes start from, by their folder in src-main and in out. */
const nodeEntries = {
  host: ['main', 'graphThread'],
  worker: ['main', 'describe', 'feederThread', 'tuningProbe'],
  cli: ['main'],
};
const stamp = join(root, 'out', '.stamp');

/** Whether out/ was built from the sources as they are now. */
export function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceHash();
}

/** Rebuilds out/ beside itself and swaps it in, so that a failed build leaves the last good one. */
export async function build({ force = false } = {}) {
  if (!force && isBuilt()) return;
  const started = new Date();
  const hash = sourceHash();
  const fresh = join(root, `out.new-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  try {
    await Promise.all([
      buildWindow(fresh),
      ...Object.entries(nodeEntries).map(([name, entries]) => buildNode(name, entries, fresh)),
    ]);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(join(fresh, '.stamp'), hash);
    // bin/basin compares times instead of hashes: what changed while this ran must look newer.
    utimesSync(join(fresh, '.stamp'), started, started);
    rmSync(join(root, 'out'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'out'));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function buildWindow(out) {
  const { build: electronVite } = await import('electron-vite');
  process.env.BASIN_OUT = out;
  await electronVite({ root, logLevel: 'warn' });
}

async function buildNode(name, entries, out) {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map((entry) => [entry, join(root, 'src-main', name, `${entry}.ts`)])),
    platform: 'node',
    // Installed packages stay what they are: some are native, and Node finds them from out/ as from src-main/.
    external: (id) => !id.startsWith('.') && !id.startsWith('#') && !isAbsolute(id),
    tsconfig: false,
  });
  await bundle.write({
    dir: join(out, name),
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const source of sources) hashTree(join(root, source), source, hash);
  return hash.digest('hex');
}

function hashTree(path, name, hash) {
  if (!existsSync(path)) return;
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hashTree(join(path, entry.name), `${name}/${entry.name}`, hash);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build({ force: process.argv.includes('--force') });
}
